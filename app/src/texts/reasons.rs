//! Why a broker refuses: the reason codes of MQTT 5 §2.4 in words, and how connections end.

super::texts! { "reasons"
    requested = "The connection was closed as requested.";
    closed = "The connection was closed, or could not be opened.";
    no_answer = "The broker did not answer in time.";
    silent = "The broker stopped answering.";
    stalled = "The broker stopped acknowledging.";
    refused(reason) = "The broker refused the connection: {reason}.";
    dismissed(reason) = "The broker ended the connection: {reason}.";
    broken(reason) = "The broker broke the protocol, and so the connection was ended: {reason}.";
    setting = "A setting of the connection does not fit into MQTT.";
    code(name, code) = "{name} ({code})";
    code_unknown(code) = "reason code {code}";

    is_success = "success";
    is_with_will = "disconnect with will message";
    is_nobody = "no matching subscribers";
    is_unspecified = "unspecified error";
    is_malformed = "malformed packet";
    is_protocol = "protocol error";
    is_specific = "implementation specific error";
    is_version = "unsupported protocol version";
    is_client_id = "client identifier not valid";
    is_password = "bad user name or password";
    is_not_authorized = "not authorized";
    is_unavailable = "server unavailable";
    is_busy = "server busy";
    is_banned = "banned";
    is_shutting_down = "server shutting down";
    is_method = "bad authentication method";
    is_keep_alive = "keep alive timeout";
    is_taken_over = "session taken over";
    is_filter = "topic filter invalid";
    is_topic = "topic name invalid";
    is_id_in_use = "packet identifier in use";
    is_id_not_found = "packet identifier not found";
    is_receive_maximum = "receive maximum exceeded";
    is_alias = "topic alias invalid";
    is_too_large = "packet too large";
    is_rate = "message rate too high";
    is_quota = "quota exceeded";
    is_administrative = "administrative action";
    is_payload = "payload format invalid";
    is_retain = "retain not supported";
    is_qos = "QoS not supported";
    is_elsewhere = "use another server";
    is_moved = "server moved";
    is_shared = "shared subscriptions not supported";
    is_connection_rate = "connection rate exceeded";
    is_connect_time = "maximum connect time";
    is_subscription_id = "subscription identifiers not supported";
    is_wildcard = "wildcard subscriptions not supported";
}
