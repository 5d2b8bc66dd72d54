import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

const SIGNATURE = /^(?:0x)?([0-9a-f]{130})$/i
/** EIP-191, version 0x45, over a hash. */
const PREFIX = utf8ToBytes('\x19Ethereum Signed Message:\n32')

/** The bytes that a provider signs for a text. */
export function signedHash(text: string): Uint8Array {
  return keccak_256(concatBytes(PREFIX, keccak_256(utf8ToBytes(text))))
}

/**
 * The address of the account that signed a text: "0x" and 40 digits, lower case. Undefined for what is no signature.
 * Of the two values of s that verify both are taken, as by the EVM: a nonce is good for one of them.
 *
 * @param signature r, s and v (27, 28, 0 or 1), 65 bytes in hexadecimal
 */
export function signerOf(signature: string, text: string): string | undefined {
  const digits = SIGNATURE.exec(signature)?.[1]
  if (digits === undefined) return undefined
  const bytes = hexToBytes(digits)
  const recovery = recoveryOf(bytes[64] ?? -1)
  if (recovery === undefined) return undefined
  try {
    const point = secp256k1.Signature.fromBytes(bytes.subarray(0, 64), 'compact')
      .addRecoveryBit(recovery)
      .recoverPublicKey(signedHash(text))
    return addressOf(point.toBytes(false))
  } catch {
    // r or s is out of its range, or no point of the curve belongs to r.
    return undefined
  }
}

/** @param publicKey uncompressed, 65 bytes */
export function addressOf(publicKey: Uint8Array): string {
  return `0x${bytesToHex(keccak_256(publicKey.subarray(1)).subarray(12))}`
}

function recoveryOf(v: number): number | undefined {
  if (v === 0 || v === 1) return v
  return v === 27 || v === 28 ? v - 27 : undefined
}
