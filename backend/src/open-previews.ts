import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createProcessExecution } from './adapters/execution/process/index.ts'
import { FilePreviews, type FilesModuleOptions, previewHandler } from './modules/files/index.ts'
import type { Objects } from './ports/objects.ts'

export interface Previews {
  readonly previews: FilePreviews
  readonly methods: NonNullable<FilesModuleOptions['preview']>
  close(): Promise<void>
}

const code = ['..', '../../node_modules', '../../proto', '../../package.json'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/**
 * Looks into files that nobody vouches for, in processes that read their own code and what stands in the folder, write
 * there alone, start no process, and load no native code. They end when they have idled.
 *
 * @param folder made when absent
 */
export function openPreviews(objects: Pick<Objects, 'get'>, folder: string): Previews {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const readable = [...code, `${folder}/`].map((path) => `--allow-fs-read=${path}`)
  const execution = createProcessExecution({
    entry: new URL('./preview-runner.ts', import.meta.url),
    nodeOptions: [
      '--permission',
      ...readable,
      `--allow-fs-write=${folder}/`,
      // The thread that ends the process when the server has gone.
      '--allow-worker',
    ],
    keepWarm: false,
  })
  const previews = new FilePreviews({ objects, execution, scratchFolder: folder })
  return {
    previews,
    methods: (files) => previewHandler({ files, previews }),
    close: () => execution.close(),
  }
}
