package zmq4

// The options that can be set. The ones that this package itself obeys are in
// options_local.go; all others go to the gateway and come back with its verdict.

import "time"

// SetSndhwm sets ZMQ_SNDHWM: the high water mark for outbound messages, in messages per
// peer (default 1000, 0 = no limit).
func (soc *Socket) SetSndhwm(value int) error {
	return soc.setInt(optSndhwm, int64(value))
}

// SetAffinity sets ZMQ_AFFINITY: the I/O thread affinity, a bit mask.
func (soc *Socket) SetAffinity(value uint64) error {
	return soc.setInt(optAffinity, int64(value))
}

// SetRate sets ZMQ_RATE: the multicast data rate, in kilobits per second.
func (soc *Socket) SetRate(value int) error {
	return soc.setInt(optRate, int64(value))
}

// SetRecoveryIvl sets ZMQ_RECOVERY_IVL: the multicast recovery interval.
func (soc *Socket) SetRecoveryIvl(value time.Duration) error {
	return soc.setMillis(optRecoveryIvl, value)
}

// SetSndbuf sets ZMQ_SNDBUF: the kernel's transmit buffer of a connection, in bytes (-1 =
// the system's default).
func (soc *Socket) SetSndbuf(value int) error {
	return soc.setInt(optSndbuf, int64(value))
}

// SetRcvbuf sets ZMQ_RCVBUF: the kernel's receive buffer of a connection, in bytes (-1 =
// the system's default).
func (soc *Socket) SetRcvbuf(value int) error {
	return soc.setInt(optRcvbuf, int64(value))
}

// SetReconnectIvl sets ZMQ_RECONNECT_IVL: the wait before a lost connection is tried again
// (-1 = do not reconnect).
func (soc *Socket) SetReconnectIvl(value time.Duration) error {
	return soc.setMillis(optReconnectIvl, value)
}

// SetReconnectIvlMax sets ZMQ_RECONNECT_IVL_MAX: the longest wait between two attempts to
// reconnect (0 = always ReconnectIvl).
func (soc *Socket) SetReconnectIvlMax(value time.Duration) error {
	return soc.setMillis(optReconnectIvlMax, value)
}

// SetBacklog sets ZMQ_BACKLOG: the length of the queue of connections that wait to be
// accepted.
func (soc *Socket) SetBacklog(value int) error {
	return soc.setInt(optBacklog, int64(value))
}

// SetMaxmsgsize sets ZMQ_MAXMSGSIZE: the largest inbound message that is accepted, in bytes
// (-1 = no limit).
func (soc *Socket) SetMaxmsgsize(value int64) error {
	return soc.setInt(optMaxmsgsize, value)
}

// SetMulticastHops sets ZMQ_MULTICAST_HOPS: the network hops of multicast packets.
func (soc *Socket) SetMulticastHops(value int) error {
	return soc.setInt(optMulticastHops, int64(value))
}

// SetIpv6 sets ZMQ_IPV6: whether the socket uses IPv6 beside IPv4.
func (soc *Socket) SetIpv6(value bool) error {
	return soc.setBool(optIpv6, value)
}

// SetImmediate sets ZMQ_IMMEDIATE: whether messages are queued only for connections that
// are established.
func (soc *Socket) SetImmediate(value bool) error {
	return soc.setBool(optImmediate, value)
}

// SetTcpKeepalive sets ZMQ_TCP_KEEPALIVE: SO_KEEPALIVE (-1 = the system's default, 0 = off,
// 1 = on).
func (soc *Socket) SetTcpKeepalive(value int) error {
	return soc.setInt(optTcpKeepalive, int64(value))
}

// SetTcpKeepaliveIdle sets ZMQ_TCP_KEEPALIVE_IDLE: TCP_KEEPIDLE, in seconds (-1 = the
// system's default).
func (soc *Socket) SetTcpKeepaliveIdle(value int) error {
	return soc.setInt(optTcpKeepaliveIdle, int64(value))
}

// SetTcpKeepaliveCnt sets ZMQ_TCP_KEEPALIVE_CNT: TCP_KEEPCNT (-1 = the system's default).
func (soc *Socket) SetTcpKeepaliveCnt(value int) error {
	return soc.setInt(optTcpKeepaliveCnt, int64(value))
}

// SetTcpKeepaliveIntvl sets ZMQ_TCP_KEEPALIVE_INTVL: TCP_KEEPINTVL, in seconds (-1 = the
// system's default).
func (soc *Socket) SetTcpKeepaliveIntvl(value int) error {
	return soc.setInt(optTcpKeepaliveIvl, int64(value))
}

// SetPlainServer sets ZMQ_PLAIN_SERVER: 1 when the socket is the server of PLAIN security.
func (soc *Socket) SetPlainServer(value int) error {
	return soc.setInt(optPlainServer, int64(value))
}

// SetPlainUsername sets ZMQ_PLAIN_USERNAME: the name that a PLAIN client gives ("" = no
// PLAIN).
func (soc *Socket) SetPlainUsername(value string) error {
	return soc.setBytes(optPlainUsername, value)
}

// SetPlainPassword sets ZMQ_PLAIN_PASSWORD: the password that a PLAIN client gives.
func (soc *Socket) SetPlainPassword(value string) error {
	return soc.setBytes(optPlainPassword, value)
}

// SetZapDomain sets ZMQ_ZAP_DOMAIN: the domain of authentication (RFC 27).
func (soc *Socket) SetZapDomain(value string) error {
	return soc.setBytes(optZapDomain, value)
}

// SetTos sets ZMQ_TOS: the type of service of the connections.
func (soc *Socket) SetTos(value int) error {
	return soc.setInt(optTos, int64(value))
}

// SetGssapiServer sets ZMQ_GSSAPI_SERVER: whether the socket is the server of GSSAPI
// security.
func (soc *Socket) SetGssapiServer(value bool) error {
	return soc.setBool(optGssapiServer, value)
}

// SetGssapiPrincipal sets ZMQ_GSSAPI_PRINCIPAL: the name of the GSSAPI principal.
func (soc *Socket) SetGssapiPrincipal(value string) error {
	return soc.setBytes(optGssapiPrincipal, value)
}

// SetGssapiServicePrincipal sets ZMQ_GSSAPI_SERVICE_PRINCIPAL: the name of the GSSAPI
// service principal.
func (soc *Socket) SetGssapiServicePrincipal(value string) error {
	return soc.setBytes(optGssapiService, value)
}

// SetGssapiPlaintext sets ZMQ_GSSAPI_PLAINTEXT: whether GSSAPI encryption is off.
func (soc *Socket) SetGssapiPlaintext(value bool) error {
	return soc.setBool(optGssapiPlaintext, value)
}

// SetHandshakeIvl sets ZMQ_HANDSHAKE_IVL: the longest time that a handshake may take (0 =
// no limit).
func (soc *Socket) SetHandshakeIvl(value time.Duration) error {
	return soc.setMillis(optHandshakeIvl, value)
}

// SetSocksProxy sets ZMQ_SOCKS_PROXY: the address of the SOCKS5 proxy for tcp connections.
func (soc *Socket) SetSocksProxy(value string) error {
	return soc.setBytes(optSocksProxy, value)
}

// SetInvertMatching sets ZMQ_INVERT_MATCHING: 1 when subscriptions say what is not wanted.
func (soc *Socket) SetInvertMatching(value int) error {
	return soc.setInt(optInvertMatching, int64(value))
}

// SetConnectTimeout sets ZMQ_CONNECT_TIMEOUT: the longest time that a connect of the system
// may take (0 = the system's limit).
func (soc *Socket) SetConnectTimeout(value time.Duration) error {
	return soc.setMillis(optConnectTimeout, value)
}

// SetTcpMaxrt sets ZMQ_TCP_MAXRT: the longest time that TCP repeats unacknowledged data (0
// = the system's limit).
func (soc *Socket) SetTcpMaxrt(value time.Duration) error {
	return soc.setMillis(optTcpMaxrt, value)
}

// SetMulticastMaxtpdu sets ZMQ_MULTICAST_MAXTPDU: the largest transport data unit of
// multicast packets, in bytes.
func (soc *Socket) SetMulticastMaxtpdu(value int) error {
	return soc.setInt(optMulticastMaxtpdu, int64(value))
}

// SetVmciBufferSize sets ZMQ_VMCI_BUFFER_SIZE: the buffer of a VMCI connection, in bytes.
func (soc *Socket) SetVmciBufferSize(value uint64) error {
	return soc.setInt(optVmciBufferSize, int64(value))
}

// SetVmciBufferMinSize sets ZMQ_VMCI_BUFFER_MIN_SIZE: the smallest buffer of a VMCI
// connection, in bytes.
func (soc *Socket) SetVmciBufferMinSize(value uint64) error {
	return soc.setInt(optVmciBufferMin, int64(value))
}

// SetVmciBufferMaxSize sets ZMQ_VMCI_BUFFER_MAX_SIZE: the largest buffer of a VMCI
// connection, in bytes.
func (soc *Socket) SetVmciBufferMaxSize(value uint64) error {
	return soc.setInt(optVmciBufferMax, int64(value))
}

// SetVmciConnectTimeout sets ZMQ_VMCI_CONNECT_TIMEOUT: the longest time that a VMCI connect
// may take.
func (soc *Socket) SetVmciConnectTimeout(value time.Duration) error {
	return soc.setMillis(optVmciConnTimeout, value)
}

// SetRouterRaw sets ZMQ_ROUTER_RAW: switches a ROUTER to raw mode. Deprecated by ZeroMQ in
// favour of STREAM.
func (soc *Socket) SetRouterRaw(value int) error {
	return soc.setInt(optRouterRaw, int64(value))
}

// SetProbeRouter sets ZMQ_PROBE_ROUTER: 1 sends an empty message to every new peer, so that
// a ROUTER learns of it.
func (soc *Socket) SetProbeRouter(value int) error {
	return soc.setInt(optProbeRouter, int64(value))
}

// SetXpubVerbose sets ZMQ_XPUB_VERBOSE: 1 passes on every subscription, also repeated ones.
func (soc *Socket) SetXpubVerbose(value int) error {
	return soc.setInt(optXpubVerbose, int64(value))
}

// SetXpubVerboser sets ZMQ_XPUB_VERBOSER: 1 passes on every subscription and every
// cancellation.
func (soc *Socket) SetXpubVerboser(value int) error {
	return soc.setInt(optXpubVerboser, int64(value))
}

// SetXpubManual sets ZMQ_XPUB_MANUAL: 1 lets the program decide on subscriptions.
func (soc *Socket) SetXpubManual(value int) error {
	return soc.setInt(optXpubManual, int64(value))
}

// SetXpubNodrop sets ZMQ_XPUB_NODROP: true makes a send wait, or fail with EAGAIN, instead
// of dropping when a high water mark is reached.
func (soc *Socket) SetXpubNodrop(value bool) error {
	return soc.setBool(optXpubNodrop, value)
}

// SetXpubWelcomeMsg sets ZMQ_XPUB_WELCOME_MSG: the message that a new subscriber gets
// first.
func (soc *Socket) SetXpubWelcomeMsg(value string) error {
	return soc.setBytes(optXpubWelcomeMsg, value)
}

// SetTcpAcceptFilter sets ZMQ_TCP_ACCEPT_FILTER: addresses that may connect. Deprecated by
// ZeroMQ in favour of ZAP.
func (soc *Socket) SetTcpAcceptFilter(value string) error {
	return soc.setBytes(optTcpAcceptFilter, value)
}

// SetCurveServer sets ZMQ_CURVE_SERVER: 1 when the socket is the server of CURVE security.
func (soc *Socket) SetCurveServer(value int) error {
	return soc.setInt(optCurveServer, int64(value))
}

// SetCurvePublickey sets ZMQ_CURVE_PUBLICKEY: the socket's long-term public key, 32 bytes
// or 40 characters of Z85.
func (soc *Socket) SetCurvePublickey(value string) error {
	return soc.setBytes(optCurvePublickey, value)
}

// SetCurveSecretkey sets ZMQ_CURVE_SECRETKEY: the socket's long-term secret key, 32 bytes
// or 40 characters of Z85.
func (soc *Socket) SetCurveSecretkey(value string) error {
	return soc.setBytes(optCurveSecretkey, value)
}

// SetCurveServerkey sets ZMQ_CURVE_SERVERKEY: the public key of the server, 32 bytes or 40
// characters of Z85.
func (soc *Socket) SetCurveServerkey(value string) error {
	return soc.setBytes(optCurveServerkey, value)
}

// SetConflate sets ZMQ_CONFLATE: true keeps only the last message. To be set before Bind
// and Connect.
func (soc *Socket) SetConflate(value bool) error {
	return soc.setBool(optConflate, value)
}

// SetRouterHandover sets ZMQ_ROUTER_HANDOVER: true gives a routing id to the newest peer
// that claims it.
func (soc *Socket) SetRouterHandover(value bool) error {
	return soc.setBool(optRouterHandover, value)
}

// SetConnectRid sets ZMQ_CONNECT_RID: the routing id that a ROUTER gives to the peer of its
// next Connect.
func (soc *Socket) SetConnectRid(value string) error {
	return soc.setBytes(optConnectRid, value)
}

// SetStreamNotify sets ZMQ_STREAM_NOTIFY: 1 makes a STREAM socket report connects and
// disconnects.
func (soc *Socket) SetStreamNotify(value int) error {
	return soc.setInt(optStreamNotify, int64(value))
}

// SetHeartbeatIvl sets ZMQ_HEARTBEAT_IVL: the time between two heartbeats (0 = none).
func (soc *Socket) SetHeartbeatIvl(value time.Duration) error {
	return soc.setMillis(optHeartbeatIvl, value)
}

// SetHeartbeatTtl sets ZMQ_HEARTBEAT_TTL: how long the peer should wait for a heartbeat
// before it gives the connection up.
func (soc *Socket) SetHeartbeatTtl(value time.Duration) error {
	return soc.setMillis(optHeartbeatTtl, value)
}

// SetHeartbeatTimeout sets ZMQ_HEARTBEAT_TIMEOUT: how long to wait for an answer to a
// heartbeat.
func (soc *Socket) SetHeartbeatTimeout(value time.Duration) error {
	return soc.setMillis(optHeartbeatTimeout, value)
}
