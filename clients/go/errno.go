package zmq4

// ZeroMQ's error numbers. The gateway sends the name of an error ("EAGAIN"), never
// its number, because numbers differ between operating systems; the name becomes
// this system's number here.

import (
	"errors"
	"syscall"
)

// Errno is the number of an error condition, as libzmq reports it: either a
// standard error of the operating system or one of ZeroMQ's own. It implements
// the error interface, and errors.Is finds it in every error of this package
// that has one:
//
//	if errors.Is(err, zmq4.EFSM) { … }
type Errno uintptr

// hausnumero is where libzmq starts to count its own errors (ZMQ_HAUSNUMERO).
const hausnumero = 156384712

// Error numbers that ZeroMQ's documents name.
const (
	EADDRINUSE      = Errno(syscall.EADDRINUSE)
	EADDRNOTAVAIL   = Errno(syscall.EADDRNOTAVAIL)
	EAFNOSUPPORT    = Errno(syscall.EAFNOSUPPORT)
	EAGAIN          = Errno(syscall.EAGAIN)
	ECONNABORTED    = Errno(syscall.ECONNABORTED)
	ECONNREFUSED    = Errno(syscall.ECONNREFUSED)
	ECONNRESET      = Errno(syscall.ECONNRESET)
	EHOSTUNREACH    = Errno(syscall.EHOSTUNREACH)
	EINPROGRESS     = Errno(syscall.EINPROGRESS)
	EINVAL          = Errno(syscall.EINVAL)
	EMSGSIZE        = Errno(syscall.EMSGSIZE)
	ENETDOWN        = Errno(syscall.ENETDOWN)
	ENETRESET       = Errno(syscall.ENETRESET)
	ENETUNREACH     = Errno(syscall.ENETUNREACH)
	ENOBUFS         = Errno(syscall.ENOBUFS)
	ENOTCONN        = Errno(syscall.ENOTCONN)
	ENOTSOCK        = Errno(syscall.ENOTSOCK)
	ENOTSUP         = Errno(syscall.ENOTSUP)
	EPROTONOSUPPORT = Errno(syscall.EPROTONOSUPPORT)
	ETIMEDOUT       = Errno(syscall.ETIMEDOUT)

	EFSM           = Errno(hausnumero + 51) // the socket is not in a state to do this
	ENOCOMPATPROTO = Errno(hausnumero + 52) // this protocol does not fit the socket type
	ETERM          = Errno(hausnumero + 53) // the context was terminated
	EMTHREAD       = Errno(hausnumero + 54) // no I/O thread available
)

var ownErrorTexts = map[Errno]string{
	EFSM:           "Operation cannot be accomplished in current state",
	ENOCOMPATPROTO: "The protocol is not compatible with the socket type",
	ETERM:          "Context was terminated",
	EMTHREAD:       "No thread available",
}

var errnoByName = map[string]Errno{
	"EACCES":          Errno(syscall.EACCES),
	"EADDRINUSE":      EADDRINUSE,
	"EADDRNOTAVAIL":   EADDRNOTAVAIL,
	"EAFNOSUPPORT":    EAFNOSUPPORT,
	"EAGAIN":          EAGAIN,
	"EBADF":           Errno(syscall.EBADF),
	"EBUSY":           Errno(syscall.EBUSY),
	"ECANCELED":       Errno(syscall.ECANCELED),
	"ECONNABORTED":    ECONNABORTED,
	"ECONNREFUSED":    ECONNREFUSED,
	"ECONNRESET":      ECONNRESET,
	"EEXIST":          Errno(syscall.EEXIST),
	"EFAULT":          Errno(syscall.EFAULT),
	"EFSM":            EFSM,
	"EHOSTUNREACH":    EHOSTUNREACH,
	"EINPROGRESS":     EINPROGRESS,
	"EINTR":           Errno(syscall.EINTR),
	"EINVAL":          EINVAL,
	"EIO":             Errno(syscall.EIO),
	"EISCONN":         Errno(syscall.EISCONN),
	"EMFILE":          Errno(syscall.EMFILE),
	"EMSGSIZE":        EMSGSIZE,
	"EMTHREAD":        EMTHREAD,
	"ENAMETOOLONG":    Errno(syscall.ENAMETOOLONG),
	"ENETDOWN":        ENETDOWN,
	"ENETRESET":       ENETRESET,
	"ENETUNREACH":     ENETUNREACH,
	"ENFILE":          Errno(syscall.ENFILE),
	"ENOBUFS":         ENOBUFS,
	"ENOCOMPATPROTO":  ENOCOMPATPROTO,
	"ENODEV":          Errno(syscall.ENODEV),
	"ENOENT":          Errno(syscall.ENOENT),
	"ENOMEM":          Errno(syscall.ENOMEM),
	"ENOTCONN":        ENOTCONN,
	"ENOTDIR":         Errno(syscall.ENOTDIR),
	"ENOTSOCK":        ENOTSOCK,
	"ENOTSUP":         ENOTSUP,
	"EOPNOTSUPP":      ENOTSUP,
	"EPERM":           Errno(syscall.EPERM),
	"EPIPE":           Errno(syscall.EPIPE),
	"EPROTO":          Errno(syscall.EPROTO),
	"EPROTONOSUPPORT": EPROTONOSUPPORT,
	"ETERM":           ETERM,
	"ETIMEDOUT":       ETIMEDOUT,
}

// Error returns the text that libzmq has for the number.
func (errno Errno) Error() string {
	if text, ok := ownErrorTexts[errno]; ok {
		return text
	}
	return syscall.Errno(errno).Error()
}

// Is makes errors.Is(err, syscall.EAGAIN) work as well as errors.Is(err, EAGAIN).
func (errno Errno) Is(target error) bool {
	system, ok := target.(syscall.Errno)
	return ok && errno == Errno(system)
}

// Temporary reports whether the same call may succeed later.
func (errno Errno) Temporary() bool {
	return errno == EAGAIN || errno == Errno(syscall.EINTR)
}

// Timeout reports whether the error says that nothing happened in time.
func (errno Errno) Timeout() bool {
	return errno == EAGAIN || errno == ETIMEDOUT
}

// AsErrno returns the Errno in err, or 0 when there is none:
//
//	switch zmq4.AsErrno(err) {
//	case zmq4.Errno(syscall.EAGAIN):
//		// nothing there yet
//	case zmq4.ETERM:
//		// the context was terminated
//	}
//
// Unlike the original it also looks into wrapped errors.
func AsErrno(err error) Errno {
	var own Errno
	if errors.As(err, &own) {
		return own
	}
	var system syscall.Errno
	if errors.As(err, &system) {
		return Errno(system)
	}
	return 0
}

// Error returns ZeroMQ's text for an error number.
func Error(e int) string { return Errno(e).Error() }

// Version reports the version of the ZeroMQ API that this package offers. The
// engine that speaks the protocol runs in the gateway.
func Version() (major, minor, patch int) {
	return versionMajor, versionMinor, versionPatch
}
