import { randomBytes } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MadeFile extends AsyncDisposable {
  readonly path: string
  readonly sizeBytes: number
}

/** Of content that no store makes smaller. */
export async function madeFile(sizeBytes: number): Promise<MadeFile> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-file-'))
  const path = join(folder, 'content')
  const file = await open(path, 'w')
  try {
    for (let written = 0; written < sizeBytes; ) {
      written += (await file.write(randomBytes(Math.min(8 << 20, sizeBytes - written)))).bytesWritten
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { path, sizeBytes, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
