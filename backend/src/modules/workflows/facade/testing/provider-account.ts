import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { addressOf, signedHash } from '../provider-signature.ts'

export interface ProviderAccount {
  readonly address: string
  /** "0x" and 130 digits, with v 27 or 28. */
  sign(text: string): string
}

/** @param privateKey 64 hexadecimal digits */
export function providerAccount(privateKey: string): ProviderAccount {
  const key = hexToBytes(privateKey)
  return {
    address: addressOf(secp256k1.getPublicKey(key, false)),
    sign(text) {
      const signature = secp256k1.sign(signedHash(text), key, { prehash: false, format: 'recovered' })
      const v = (signature[0] ?? 0) + 27
      return `0x${bytesToHex(signature.subarray(1))}${v.toString(16)}`
    },
  }
}
