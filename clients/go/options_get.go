package zmq4

// The options that can be read from the gateway.

import "time"

// GetSndhwm returns ZMQ_SNDHWM: the high water mark for outbound messages, in messages per
// peer (default 1000, 0 = no limit).
func (soc *Socket) GetSndhwm() (int, error) {
	return soc.getInt(optSndhwm)
}

// GetRcvhwm returns ZMQ_RCVHWM: the high water mark for inbound messages, in messages per
// peer (default 1000, 0 = no limit).
func (soc *Socket) GetRcvhwm() (int, error) {
	return soc.getInt(optRcvhwm)
}

// GetAffinity returns ZMQ_AFFINITY: the I/O thread affinity, a bit mask.
func (soc *Socket) GetAffinity() (uint64, error) {
	return soc.getUint64(optAffinity)
}

// GetRate returns ZMQ_RATE: the multicast data rate, in kilobits per second.
func (soc *Socket) GetRate() (int, error) {
	return soc.getInt(optRate)
}

// GetRecoveryIvl returns ZMQ_RECOVERY_IVL: the multicast recovery interval.
func (soc *Socket) GetRecoveryIvl() (time.Duration, error) {
	return soc.getMillis(optRecoveryIvl)
}

// GetSndbuf returns ZMQ_SNDBUF: the kernel's transmit buffer of a connection, in bytes (-1
// = the system's default).
func (soc *Socket) GetSndbuf() (int, error) {
	return soc.getInt(optSndbuf)
}

// GetRcvbuf returns ZMQ_RCVBUF: the kernel's receive buffer of a connection, in bytes (-1 =
// the system's default).
func (soc *Socket) GetRcvbuf() (int, error) {
	return soc.getInt(optRcvbuf)
}

// GetReconnectIvl returns ZMQ_RECONNECT_IVL: the wait before a lost connection is tried
// again (-1 = do not reconnect).
func (soc *Socket) GetReconnectIvl() (time.Duration, error) {
	return soc.getMillis(optReconnectIvl)
}

// GetReconnectIvlMax returns ZMQ_RECONNECT_IVL_MAX: the longest wait between two attempts
// to reconnect (0 = always ReconnectIvl).
func (soc *Socket) GetReconnectIvlMax() (time.Duration, error) {
	return soc.getMillis(optReconnectIvlMax)
}

// GetBacklog returns ZMQ_BACKLOG: the length of the queue of connections that wait to be
// accepted.
func (soc *Socket) GetBacklog() (int, error) {
	return soc.getInt(optBacklog)
}

// GetMaxmsgsize returns ZMQ_MAXMSGSIZE: the largest inbound message that is accepted, in
// bytes (-1 = no limit).
func (soc *Socket) GetMaxmsgsize() (int64, error) {
	return soc.getInt64(optMaxmsgsize)
}

// GetMulticastHops returns ZMQ_MULTICAST_HOPS: the network hops of multicast packets.
func (soc *Socket) GetMulticastHops() (int, error) {
	return soc.getInt(optMulticastHops)
}

// GetIpv6 returns ZMQ_IPV6: whether the socket uses IPv6 beside IPv4.
func (soc *Socket) GetIpv6() (bool, error) {
	return soc.getBool(optIpv6)
}

// GetImmediate returns ZMQ_IMMEDIATE: whether messages are queued only for connections that
// are established.
func (soc *Socket) GetImmediate() (bool, error) {
	return soc.getBool(optImmediate)
}

// GetTcpKeepalive returns ZMQ_TCP_KEEPALIVE: SO_KEEPALIVE (-1 = the system's default, 0 =
// off, 1 = on).
func (soc *Socket) GetTcpKeepalive() (int, error) {
	return soc.getInt(optTcpKeepalive)
}

// GetTcpKeepaliveIdle returns ZMQ_TCP_KEEPALIVE_IDLE: TCP_KEEPIDLE, in seconds (-1 = the
// system's default).
func (soc *Socket) GetTcpKeepaliveIdle() (int, error) {
	return soc.getInt(optTcpKeepaliveIdle)
}

// GetTcpKeepaliveCnt returns ZMQ_TCP_KEEPALIVE_CNT: TCP_KEEPCNT (-1 = the system's
// default).
func (soc *Socket) GetTcpKeepaliveCnt() (int, error) {
	return soc.getInt(optTcpKeepaliveCnt)
}

// GetTcpKeepaliveIntvl returns ZMQ_TCP_KEEPALIVE_INTVL: TCP_KEEPINTVL, in seconds (-1 = the
// system's default).
func (soc *Socket) GetTcpKeepaliveIntvl() (int, error) {
	return soc.getInt(optTcpKeepaliveIvl)
}

// GetPlainServer returns ZMQ_PLAIN_SERVER: 1 when the socket is the server of PLAIN
// security.
func (soc *Socket) GetPlainServer() (int, error) {
	return soc.getInt(optPlainServer)
}

// GetPlainUsername returns ZMQ_PLAIN_USERNAME: the name that a PLAIN client gives ("" = no
// PLAIN).
func (soc *Socket) GetPlainUsername() (string, error) {
	return soc.getString(optPlainUsername)
}

// GetPlainPassword returns ZMQ_PLAIN_PASSWORD: the password that a PLAIN client gives.
func (soc *Socket) GetPlainPassword() (string, error) {
	return soc.getString(optPlainPassword)
}

// GetZapDomain returns ZMQ_ZAP_DOMAIN: the domain of authentication (RFC 27).
func (soc *Socket) GetZapDomain() (string, error) {
	return soc.getString(optZapDomain)
}

// GetTos returns ZMQ_TOS: the type of service of the connections.
func (soc *Socket) GetTos() (int, error) {
	return soc.getInt(optTos)
}

// GetGssapiServer returns ZMQ_GSSAPI_SERVER: whether the socket is the server of GSSAPI
// security.
func (soc *Socket) GetGssapiServer() (bool, error) {
	return soc.getBool(optGssapiServer)
}

// GetGssapiPrincipal returns ZMQ_GSSAPI_PRINCIPAL: the name of the GSSAPI principal.
func (soc *Socket) GetGssapiPrincipal() (string, error) {
	return soc.getString(optGssapiPrincipal)
}

// GetGssapiServicePrincipal returns ZMQ_GSSAPI_SERVICE_PRINCIPAL: the name of the GSSAPI
// service principal.
func (soc *Socket) GetGssapiServicePrincipal() (string, error) {
	return soc.getString(optGssapiService)
}

// GetGssapiPlaintext returns ZMQ_GSSAPI_PLAINTEXT: whether GSSAPI encryption is off.
func (soc *Socket) GetGssapiPlaintext() (bool, error) {
	return soc.getBool(optGssapiPlaintext)
}

// GetHandshakeIvl returns ZMQ_HANDSHAKE_IVL: the longest time that a handshake may take (0
// = no limit).
func (soc *Socket) GetHandshakeIvl() (time.Duration, error) {
	return soc.getMillis(optHandshakeIvl)
}

// GetSocksProxy returns ZMQ_SOCKS_PROXY: the address of the SOCKS5 proxy for tcp
// connections.
func (soc *Socket) GetSocksProxy() (string, error) {
	return soc.getString(optSocksProxy)
}

// GetInvertMatching returns ZMQ_INVERT_MATCHING: 1 when subscriptions say what is not
// wanted.
func (soc *Socket) GetInvertMatching() (int, error) {
	return soc.getInt(optInvertMatching)
}

// GetConnectTimeout returns ZMQ_CONNECT_TIMEOUT: the longest time that a connect of the
// system may take (0 = the system's limit).
func (soc *Socket) GetConnectTimeout() (time.Duration, error) {
	return soc.getMillis(optConnectTimeout)
}

// GetTcpMaxrt returns ZMQ_TCP_MAXRT: the longest time that TCP repeats unacknowledged data
// (0 = the system's limit).
func (soc *Socket) GetTcpMaxrt() (time.Duration, error) {
	return soc.getMillis(optTcpMaxrt)
}

// GetMulticastMaxtpdu returns ZMQ_MULTICAST_MAXTPDU: the largest transport data unit of
// multicast packets, in bytes.
func (soc *Socket) GetMulticastMaxtpdu() (int, error) {
	return soc.getInt(optMulticastMaxtpdu)
}

// GetVmciBufferSize returns ZMQ_VMCI_BUFFER_SIZE: the buffer of a VMCI connection, in
// bytes.
func (soc *Socket) GetVmciBufferSize() (uint64, error) {
	return soc.getUint64(optVmciBufferSize)
}

// GetVmciBufferMinSize returns ZMQ_VMCI_BUFFER_MIN_SIZE: the smallest buffer of a VMCI
// connection, in bytes.
func (soc *Socket) GetVmciBufferMinSize() (uint64, error) {
	return soc.getUint64(optVmciBufferMin)
}

// GetVmciBufferMaxSize returns ZMQ_VMCI_BUFFER_MAX_SIZE: the largest buffer of a VMCI
// connection, in bytes.
func (soc *Socket) GetVmciBufferMaxSize() (uint64, error) {
	return soc.getUint64(optVmciBufferMax)
}

// GetVmciConnectTimeout returns ZMQ_VMCI_CONNECT_TIMEOUT: the longest time that a VMCI
// connect may take.
func (soc *Socket) GetVmciConnectTimeout() (time.Duration, error) {
	return soc.getMillis(optVmciConnTimeout)
}
