import { expect, test } from 'vitest'
import { checkPlatform } from './platform.mjs'

const here = { version: '20.19.0', platform: 'linux', arch: 'x64' }

test.each([[{}], [{ version: '24.1.0' }], [{ arch: 'arm64' }], [{ platform: 'darwin', arch: 'arm64' }]])(
  'starts on %o',
  (difference) => {
    expect(() => checkPlatform({ ...here, ...difference })).not.toThrow()
  },
)

test.each([
  [
    { version: '20.18.3' },
    'Fairlead needs Node 20.19 or newer, and this is 20.18.3; install a newer one from https://nodejs.org.',
  ],
  [
    { version: '18.20.0' },
    'Fairlead needs Node 20.19 or newer, and this is 18.20.0; install a newer one from https://nodejs.org.',
  ],
  [
    { platform: 'win32' },
    'Fairlead starts on Linux and macOS (x64 or arm64), and this is win32-x64; on Windows use WSL 2.',
  ],
  [
    { arch: 's390x' },
    'Fairlead starts on Linux and macOS (x64 or arm64), and this is linux-s390x; on Windows use WSL 2.',
  ],
])('says what to do on %o', (difference, sentence) => {
  expect(() => checkPlatform({ ...here, ...difference })).toThrow(sentence)
})
