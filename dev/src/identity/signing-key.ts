import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

/** The ES256 key of this home, made once, so that tokens stay valid over restarts. */
export async function signingKey(folder: string): Promise<JWK> {
  const path = join(folder, 'signing-key.json')
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as JWK
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const key: JWK = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }
  writeFileSync(path, JSON.stringify(key), { mode: 0o600, flag: 'wx' })
  return key
}
