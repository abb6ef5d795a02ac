"use strict"
/*
 * Key pairs for CURVE, in the 40 characters of Z85 (RFC 32) that the options take.
 */

const { generateKeyPairSync } = require("node:crypto")

const DIGITS =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

/** RFC 32: four bytes, most significant first, make five digits of base 85. */
function encodeZ85(bytes) {
  let text = ""
  for (let at = 0; at < bytes.length; at += 4) {
    const value = bytes.readUInt32BE(at)
    for (let power = 85 ** 4; power >= 1; power /= 85) text += DIGITS[Math.floor(value / power) % 85]
  }
  return text
}

/** A new key pair: {publicKey, secretKey}. */
function curveKeyPair() {
  const { privateKey } = generateKeyPairSync("x25519")
  const { x, d } = privateKey.export({ format: "jwk" })
  const encode = part => encodeZ85(Buffer.from(part, "base64url"))
  return { publicKey: encode(x), secretKey: encode(d) }
}

module.exports = { curveKeyPair }
