// Signs a request to /api/v1/operator/ as a provider does: docs/operator-api.md. Prints what is put behind its other
// parameters in a query.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

const [key = '', owner = '', jobId = '', nonce = String(Date.now())] = process.argv.slice(2)
if (!/^(0x)?[0-9a-f]{64}$/i.test(key)) {
  console.error(
    'Usage: node dev/src/commands/sign-operator-request.ts KEY OWNER [JOB [NONCE]]. KEY is a private key, 64 hexadecimal digits.',
  )
  process.exit(2)
}
const secret = hexToBytes(key.replace(/^0x/, ''))
const text = keccak_256(utf8ToBytes(`${owner}${jobId}${nonce}`))
const hash = keccak_256(concatBytes(utf8ToBytes('\x19Ethereum Signed Message:\n32'), text))
const [recovery = 0, ...rs] = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' })
const signature = bytesToHex(Uint8Array.of(...rs, recovery + 27))
const address = bytesToHex(keccak_256(secp256k1.getPublicKey(secret, false).subarray(1)).subarray(12))
console.error(`signed by 0x${address}`)
console.log(`nonce=${nonce}&providerSignature=0x${signature}`)
