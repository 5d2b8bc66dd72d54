import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import { signerOf } from './provider-signature.ts'
import { providerAccount } from './testing/provider-account.ts'

/** Of EIP-155's example: its address is known from elsewhere. */
const account = providerAccount('46'.repeat(32))
const TEXT = '0xC41808BBef371AD5CFc76466dDF9dEe228d2BdAA1795341400000'
const signature = account.sign(TEXT)

test('an address is that of the account', () => {
  expect(account.address).toBe('0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f')
})

describe('the signer is found', () => {
  const withV = (v: string) => `${signature.slice(0, -2)}${v}`
  const isOdd = signature.endsWith('1c')
  test.each([
    ['as signed', signature],
    ['without 0x', signature.slice(2)],
    ['in capitals', `0x${signature.slice(2).toUpperCase()}`],
    ['with v 0 or 1', withV(isOdd ? '01' : '00')],
  ])('%s', (_how, given) => {
    expect(signerOf(given, TEXT)).toBe(account.address)
  })

  test('by the other of the two values of s, as the EVM does', () => {
    const { r, s } = secp256k1.Signature.fromHex(signature.slice(2, -2), 'compact')
    const other = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toHex('compact')
    expect(signerOf(`0x${other}${isOdd ? '1b' : '1c'}`, TEXT)).toBe(account.address)
  })

  test('of a text beyond ASCII', () => {
    expect(signerOf(account.sign('é\u{1F52D}'), 'é\u{1F52D}')).toBe(account.address)
  })
})

describe('is another, or none, when', () => {
  test('the text was edited', () => {
    expect(signerOf(signature, `${TEXT}0`)).not.toBe(account.address)
  })

  test.each([
    ['is empty', ''],
    ['is a word', 'someRandomSignature'],
    ['is a digit short', signature.slice(0, -1)],
    ['is a byte too long', `${signature}00`],
    ['holds what is no digit', `0xg${signature.slice(3)}`],
    ['has another v', `${signature.slice(0, -2)}1d`],
    ['has the v of EIP-155', `${signature.slice(0, -2)}25`],
    ['is all zeros', `0x${'00'.repeat(64)}1b`],
    ['has an r above the order', `0x${'ff'.repeat(32)}${signature.slice(66)}`],
    ['has an s above the order', `${signature.slice(0, 66)}${'ff'.repeat(32)}1b`],
  ])('the signature %s', (_what, given) => {
    expect(signerOf(given, TEXT)).toBeUndefined()
  })
})
