//! What we send on our own account.

use super::*;

impl Wire {
    /// Writes a PUBLISH to `tx`; its packet identifier if it has one.
    pub(crate) fn publish(
        &mut self,
        message: &Publish,
        tx: &mut Vec<u8>,
    ) -> Result<Option<u16>, ReasonCode> {
        let packet_id = match message.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce | Qos::ExactlyOnce => Some(self.packet_id()?),
        };
        let packet = self.publish_packet(message, packet_id);
        self.send_with_id(packet, packet_id, tx)?;
        Ok(packet_id)
    }

    /// Writes a SUBSCRIBE to `tx` and returns its packet identifier.
    pub(crate) fn subscribe(
        &mut self,
        filters: &[(TopicFilter, SubscribeOptions)],
        tx: &mut Vec<u8>,
    ) -> Result<u16, ReasonCode> {
        let packet_id = self.packet_id()?;
        let packet = self.subscribe_packet(filters, packet_id);
        self.send_with_id(packet, Some(packet_id), tx)?;
        Ok(packet_id)
    }

    /// Writes an UNSUBSCRIBE to `tx`.
    pub(crate) fn unsubscribe(
        &mut self,
        filters: &[TopicFilter],
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let packet_id = self.packet_id()?;
        let packet = self.unsubscribe_packet(filters, packet_id);
        self.send_with_id(packet, Some(packet_id), tx)
    }

    /// Writes a PINGREQ to `tx`.
    pub(crate) fn ping(&mut self, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        let packet = in_version!(self.version, mqtt => {
            mqtt::Pingreq::builder().build().map_err(convert::error)?
        });
        self.send(packet, tx)
    }

    /// Writes a DISCONNECT to `tx`.
    pub(crate) fn disconnect(&mut self, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        let packet = in_version!(self.version, mqtt => {
            mqtt::Disconnect::builder().build().map_err(convert::error)?
        });
        self.send(packet, tx)
    }

    pub(super) fn connect_packet(&self, config: &Config) -> Result<Packet, MqttError> {
        // The builder checks lengths, but neither NULs [MQTT-1.5.4-2] nor topics.
        let user = config.credentials.as_ref().map_or("", |credentials| &credentials.user);
        if config.client_id.contains('\0') || user.contains('\0') {
            return Err(MqttError::MalformedPacket);
        }
        if config.will.as_ref().is_some_and(|will| !filter::is_topic_name(&will.topic)) {
            return Err(MqttError::TopicNameInvalid);
        }
        // Rounded up: the broker must not expect more than we send.
        let keep_alive = config.keep_alive.as_nanos().div_ceil(1_000_000_000);
        let keep_alive = u16::try_from(keep_alive).unwrap_or(u16::MAX);
        macro_rules! connect {
            ($mqtt:ident) => {{
                let mut connect = $mqtt::Connect::builder()
                    .client_id(config.client_id.as_str())?
                    .clean_start(config.clean_start)
                    .keep_alive(keep_alive);
                if let Some(credentials) = &config.credentials {
                    connect = connect.user_name(credentials.user.as_str())?;
                    if let Some(password) = &credentials.password {
                        connect = connect.password(password)?;
                    }
                }
                if let Some(will) = &config.will {
                    let qos = convert::qos_to_wire(will.qos);
                    let payload = will.payload.to_vec();
                    connect = connect.will_message(&*will.topic, payload, qos, will.retain)?;
                }
                connect
            }};
        }
        Ok(match self.version {
            Version::V5 => connect!(v5_0).props(convert::of_connect(config)?).build()?.into(),
            Version::V311 => connect!(v3_1_1).build()?.into(),
        })
    }

    fn publish_packet(
        &self,
        message: &Publish,
        packet_id: Option<u16>,
    ) -> Result<Packet, MqttError> {
        let (packet, start, len) = message.payload.parts();
        macro_rules! publish {
            ($mqtt:ident) => {
                $mqtt::Publish::builder()
                    .topic_name(&*message.topic)?
                    .qos(convert::qos_to_wire(message.qos))
                    .retain(message.retain)
                    .packet_id(packet_id)
                    .payload(ArcPayload::new(packet, start, len))
            };
        }
        Ok(match (self.version, &message.beside) {
            (Version::V5, Some(beside)) => {
                publish!(v5_0).props(convert::of_publish(beside)?).build()?.into()
            }
            (Version::V5, None) => publish!(v5_0).build()?.into(),
            (Version::V311, _) => publish!(v3_1_1).build()?.into(),
        })
    }

    fn subscribe_packet(
        &self,
        filters: &[(TopicFilter, SubscribeOptions)],
        packet_id: u16,
    ) -> Result<Packet, MqttError> {
        let entries = filters.iter().map(|(filter, options)| {
            // No local and a shared filter contradict each other [MQTT-3.8.3-4].
            let no_local = options.no_local && self.version == Version::V5 && !filter.is_shared();
            let qos = convert::qos_to_wire(options.qos);
            SubEntry::new(filter.as_str(), SubOpts::new().set_qos(qos).set_nl(no_local))
        });
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        Ok(in_version!(self.version, mqtt => {
            mqtt::Subscribe::builder().packet_id(packet_id).entries(entries).build()?
        }))
    }

    fn unsubscribe_packet(
        &self,
        filters: &[TopicFilter],
        packet_id: u16,
    ) -> Result<Packet, MqttError> {
        let filters = filters.iter().map(TopicFilter::as_str);
        Ok(in_version!(self.version, mqtt => {
            mqtt::Unsubscribe::builder().packet_id(packet_id).entries(filters)?.build()?
        }))
    }
}
