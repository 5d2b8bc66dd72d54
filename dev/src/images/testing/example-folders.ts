import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inRepository } from '../../repository.ts'

const run = promisify(execFile)

/** The folders that a container is given, and a way to run an example's program on them. */
export interface ExampleFolders {
  /** Of a file of an input. */
  input(name: string, file: string): string
  /** Of a file that the program left. */
  output(file: string): string
  /** Rejects with its exit code and what it wrote, unless that is 0. */
  python(program: string, variables?: Readonly<Record<string, string>>): Promise<void>
  remove(): void
}

/** @param example its folder below examples/ */
export function exampleFolders(example: string): ExampleFolders {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-example-'))
  const outputs = join(folder, 'out')
  mkdirSync(outputs)
  return {
    input(name, file) {
      mkdirSync(join(folder, 'in', name), { recursive: true })
      return join(folder, 'in', name, file)
    },
    output: (file) => join(outputs, file),
    async python(program, variables = {}) {
      await run('python3', [inRepository('examples', example, program)], {
        env: {
          PATH: process.env['PATH'],
          FAIRLEAD_INPUTS: join(folder, 'in'),
          FAIRLEAD_OUTPUTS: outputs,
          PYTHONDONTWRITEBYTECODE: '1',
          ...variables,
        },
      })
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
