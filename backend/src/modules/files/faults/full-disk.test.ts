// A store on a disk that fills up: over the backend and a worker as processes.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileServiceService } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '../../../testing/service-error.ts'
import { FaultSystem } from './testing/fault-system.ts'
import { expectInvariants } from './testing/invariants.ts'
import { complete, createFile, downloadUrl, putPart, sendFile, settled } from './testing/uploading.ts'

const MEBIBYTE = 2 ** 20
const commands = { mount: 'mount', unmount: 'umount' } as const

/** Of 12 MiB; undefined where this process may not mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-full-'))
  try {
    execFileSync(commands.mount, ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmdirSync(folder)
    return undefined
  }
}

const disk = smallDisk()
if (disk === undefined) {
  test.skip('faults of a full disk need the right to mount a small one', () => undefined)
}

if (disk !== undefined)
  describe('a full disk', () => {
    let starting: Promise<FaultSystem> | undefined
    let system: FaultSystem
    beforeAll(async () => {
      starting = FaultSystem.start({ store: 'filesystem', scans: false, folder: disk ?? '' })
      system = await starting
    }, 90_000)
    // Also what took longer to start than the hook may.
    afterAll(async () => {
      await (await starting)?.stop()
      execFileSync(commands.unmount, [disk ?? ''])
      rmdirSync(disk ?? '')
    })

    test('is told of in a sentence, loses nothing, and takes what fits afterwards', async () => {
      const kept = await sendFile(system, { name: 'kept.bin', content: randomBytes(5 * MEBIBYTE) })
      await settled(system, kept.name)

      const large = randomBytes(16 * MEBIBYTE)
      const { file, upload } = await createFile(system, { name: 'large.bin', content: large })
      const response = await putPart(system, upload, large)
      expect(response.status).toBe(507)
      expect(await response.text()).toMatch(/[A-Z].*\./)
      expect((await failureOf(complete(system, file))).code).toBe('FAILED_PRECONDITION')
      await expectInvariants(system, 'a full disk')

      await system.call(FileServiceService.cancelUpload, { name: file.name }, system.token('alice'))
      const small = await sendFile(system, { name: 'small.bin', content: randomBytes(4 * MEBIBYTE) })
      await settled(system, small.name)
      const fetched = await fetch(system.absolute(await downloadUrl(system, kept.name)))
      expect((await fetched.arrayBuffer()).byteLength).toBe(5 * MEBIBYTE)
      await expectInvariants(system, 'a full disk that has room again')
    }, 90_000)
  })
