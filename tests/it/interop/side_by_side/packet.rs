//! MQTT packets, written field by field so that a test can also send what no client would.

pub(super) use super::property::Property;

/// A protocol, by its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V31 = 3,
    V311 = 4,
    V5 = 5,
}

/// A CONNECT.
#[derive(Clone)]
pub(super) struct Connect {
    pub(super) version: Version,
    pub(super) id: String,
    pub(super) clean: bool,
    pub(super) keep_alive: u16,
    pub(super) will: Option<Will>,
    pub(super) properties: Vec<Property>,
}

#[derive(Clone)]
pub(super) struct Will {
    pub(super) topic: String,
    pub(super) payload: String,
    pub(super) retain: bool,
    pub(super) properties: Vec<Property>,
}

/// A PUBLISH.
#[derive(Clone)]
pub(super) struct Publish {
    pub(super) topic: String,
    pub(super) payload: String,
    pub(super) qos: u8,
    pub(super) retain: bool,
    pub(super) properties: Vec<Property>,
}

/// A SUBSCRIBE of one filter.
#[derive(Clone)]
pub(super) struct Subscribe {
    pub(super) filter: String,
    /// QoS, and for MQTT 5 the other options.
    pub(super) options: u8,
    pub(super) properties: Vec<Property>,
}

impl Connect {
    /// Clean, and with a minute of keep-alive.
    pub(super) fn new(version: Version, id: &str) -> Self {
        let (clean, keep_alive) = (true, 60);
        Self { version, id: id.to_owned(), clean, keep_alive, will: None, properties: Vec::new() }
    }

    /// With a session that waits for its client.
    pub(super) fn lasting(self) -> Self {
        let lasting = Self { clean: false, ..self };
        match lasting.version {
            Version::V5 => lasting.with(Property::SessionExpiry(3600)),
            _ => lasting,
        }
    }

    pub(super) fn will(self, will: Will) -> Self {
        Self { will: Some(will), ..self }
    }

    pub(super) fn with(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        string(&mut body, if self.version == Version::V31 { "MQIsdp" } else { "MQTT" });
        body.push(self.version as u8);
        // Wills are of QoS 1.
        let will = self.will.as_ref().map_or(0, |it| 0x0c | u8::from(it.retain) << 5);
        body.push(u8::from(self.clean) << 1 | will);
        body.extend(self.keep_alive.to_be_bytes());
        let v5 = self.version == Version::V5;
        if v5 {
            properties(&mut body, &self.properties);
        }
        string(&mut body, &self.id);
        if let Some(will) = &self.will {
            if v5 {
                properties(&mut body, &will.properties);
            }
            string(&mut body, &will.topic);
            string(&mut body, &will.payload);
        }
        framed(0x10, &body)
    }
}

impl Will {
    pub(super) fn new(topic: &str, payload: &str) -> Self {
        let (topic, payload) = (topic.to_owned(), payload.to_owned());
        Self { topic, payload, retain: false, properties: Vec::new() }
    }
}

impl Publish {
    pub(super) fn new(topic: &str, payload: &str, qos: u8) -> Self {
        let (topic, payload) = (topic.to_owned(), payload.to_owned());
        Self { topic, payload, qos, retain: false, properties: Vec::new() }
    }

    pub(super) fn retained(self) -> Self {
        Self { retain: true, ..self }
    }

    pub(super) fn with(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }

    pub(super) fn bytes(&self, version: Version, id: u16) -> Vec<u8> {
        let mut body = Vec::new();
        string(&mut body, &self.topic);
        if self.qos > 0 {
            body.extend(id.to_be_bytes());
        }
        if version == Version::V5 {
            properties(&mut body, &self.properties);
        }
        body.extend_from_slice(self.payload.as_bytes());
        framed(0x30 | self.qos << 1 | u8::from(self.retain), &body)
    }
}

impl Subscribe {
    pub(super) fn new(filter: &str, options: u8) -> Self {
        Self { filter: filter.to_owned(), options, properties: Vec::new() }
    }

    pub(super) fn with(mut self, property: Property) -> Self {
        self.properties.push(property);
        self
    }

    pub(super) fn bytes(&self, version: Version, id: u16) -> Vec<u8> {
        let mut body = id.to_be_bytes().to_vec();
        if version == Version::V5 {
            properties(&mut body, &self.properties);
        }
        string(&mut body, &self.filter);
        body.push(self.options);
        framed(0x82, &body)
    }
}

/// A packet: first byte, length, body.
pub(super) fn framed(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    varint(&mut packet, body.len());
    packet.extend_from_slice(body);
    packet
}

pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u16).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// A string at the start of `bytes`.
pub(super) fn text_of(bytes: &mut &[u8]) -> String {
    let length = u16(bytes);
    String::from_utf8(take(bytes, length.into()).to_vec()).expect("text")
}

pub(super) fn u16(bytes: &mut &[u8]) -> u16 {
    u16::from_be_bytes(take(bytes, 2).try_into().expect("two bytes"))
}

pub(super) fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

fn properties(out: &mut Vec<u8>, all: &[Property]) {
    let mut body = Vec::new();
    all.iter().for_each(|it| it.write(&mut body));
    varint(out, body.len());
    out.extend(body);
}

pub(super) fn varint(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
