package zmq4

// CURVE keys: the printable form (RFC 32, Z85) and the arithmetic on them, done here
// so that a secret key need not travel to be made.

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"fmt"
)

const z85Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

var z85Values = func() (values [256]byte) {
	for i := range values {
		values[i] = 0xFF
	}
	for i := range len(z85Alphabet) {
		values[z85Alphabet[i]] = byte(i)
	}
	return values
}()

// Z85encode returns data as printable text (RFC 32). Like the original it panics
// when the length of data is not a multiple of 4.
func Z85encode(data string) string {
	if len(data)%4 != 0 {
		panic("Z85encode: Length of data not a multiple of 4")
	}
	text := make([]byte, 0, len(data)/4*5)
	for i := 0; i < len(data); i += 4 {
		value := binary.BigEndian.Uint32([]byte(data[i : i+4]))
		var group [5]byte
		for j := 4; j >= 0; j-- {
			group[j] = z85Alphabet[value%85]
			value /= 85
		}
		text = append(text, group[:]...)
	}
	return string(text)
}

// Z85decode returns the bytes that printable text stands for (RFC 32). Like the
// original it panics when the length of s is not a multiple of 5; text that is not
// Z85 gives the empty string.
func Z85decode(s string) string {
	if len(s)%5 != 0 {
		panic("Z85decode: Length of Z85 string not a multiple of 5")
	}
	data := make([]byte, 0, len(s)/5*4)
	for i := 0; i < len(s); i += 5 {
		var value uint64
		for j := range 5 {
			digit := z85Values[s[i+j]]
			if digit == 0xFF {
				return ""
			}
			value = value*85 + uint64(digit)
		}
		if value > 0xFFFFFFFF {
			return ""
		}
		data = binary.BigEndian.AppendUint32(data, uint32(value))
	}
	return string(data)
}

// NewCurveKeypair returns a new pair of CURVE keys, each 40 characters of Z85.
func NewCurveKeypair() (z85PublicKey, z85SecretKey string, err error) {
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("zmq4: making a CURVE key: %w", err)
	}
	return Z85encode(string(secret.PublicKey().Bytes())), Z85encode(string(secret.Bytes())), nil
}

// AuthCurvePublic returns the public key that belongs to a secret key, both 40
// characters of Z85. It fails with EINVAL when the argument is no such key.
func AuthCurvePublic(z85SecretKey string) (z85PublicKey string, err error) {
	if len(z85SecretKey) != 40 {
		return "", fmt.Errorf("zmq4: a secret key has 40 characters, not %d: %w", len(z85SecretKey), EINVAL)
	}
	secret, err := ecdh.X25519().NewPrivateKey([]byte(Z85decode(z85SecretKey)))
	if err != nil {
		return "", fmt.Errorf("zmq4: %q is no Z85 text: %w", z85SecretKey, EINVAL)
	}
	return Z85encode(string(secret.PublicKey().Bytes())), nil
}

// ServerAuthNull sets the NULL mechanism with a domain for authentication.
func (soc *Socket) ServerAuthNull(domain string) error {
	if err := soc.SetPlainServer(0); err != nil {
		return err
	}
	return soc.SetZapDomain(domain)
}

// ServerAuthPlain makes the socket a server of PLAIN security.
func (soc *Socket) ServerAuthPlain(domain string) error {
	if err := soc.SetPlainServer(1); err != nil {
		return err
	}
	return soc.SetZapDomain(domain)
}

// ServerAuthCurve makes the socket a server of CURVE security.
func (soc *Socket) ServerAuthCurve(domain, secretKey string) error {
	if err := soc.SetCurveServer(1); err != nil {
		return err
	}
	if err := soc.SetCurveSecretkey(secretKey); err != nil {
		return err
	}
	return soc.SetZapDomain(domain)
}

// ClientAuthPlain makes the socket a client of PLAIN security.
func (soc *Socket) ClientAuthPlain(username, password string) error {
	if err := soc.SetPlainUsername(username); err != nil {
		return err
	}
	return soc.SetPlainPassword(password)
}

// ClientAuthCurve makes the socket a client of CURVE security.
func (soc *Socket) ClientAuthCurve(serverPublicKey, clientPublicKey, clientSecretKey string) error {
	if err := soc.SetCurveServerkey(serverPublicKey); err != nil {
		return err
	}
	if err := soc.SetCurvePublickey(clientPublicKey); err != nil {
		return err
	}
	return soc.SetCurveSecretkey(clientSecretKey)
}
