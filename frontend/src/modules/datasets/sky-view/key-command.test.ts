import { expect, test } from 'vitest'
import { keyCommand } from './key-command'

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }

test('an arrow pans, with shift four times as far', () => {
  expect(keyCommand({ ...plain, key: 'ArrowRight' })).toEqual({ kind: 'pan', dx: -60, dy: 0 })
  expect(keyCommand({ ...plain, key: 'ArrowUp', shiftKey: true })).toEqual({ kind: 'pan', dx: 0, dy: 240 })
})

test('the browser keeps its own keys', () => {
  expect(keyCommand({ ...plain, key: '+', ctrlKey: true })).toBeUndefined()
  expect(keyCommand({ ...plain, key: 'Tab' })).toBeUndefined()
})
