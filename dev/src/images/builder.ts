import { accessSync, constants } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { Refusal } from '../refusal.ts'

export interface Build {
  /** NAME:TAG */
  readonly reference: string
  readonly target: string
  /** The folder that holds the Dockerfile. */
  readonly context: string
  /** For a label of the image. */
  readonly version: string
}

/** A command line: the program, and what it is told. */
export type Command = readonly [program: string, ...args: string[]]

/** A program that builds images. */
export interface Builder {
  readonly name: string
  build(build: Build): Command
  /** Prints the size of an image: a number of bytes, or one with a unit, such as "253 MB". */
  size(reference: string): Command
}

const builders: Readonly<Record<'docker' | 'podman' | 'buildah', Builder>> = {
  docker: likeDocker('docker'),
  podman: likeDocker('podman'),
  buildah: {
    name: 'buildah',
    // Without --layers it would begin anew each time.
    build: (build) => ['buildah', 'build', '--layers', '--tag', build.reference, ...argumentsOf(build)],
    size: sizeByBuildah,
  },
}

/**
 * FAIRLEAD_IMAGE_BUILDER, else the first of docker, podman and buildah that is on PATH. It may also be the path of a
 * program with the command `build NAME:TAG CONTEXT ...` that builds with buildah and gives the image to a cluster.
 */
export function chooseBuilder(env: NodeJS.ProcessEnv): Builder {
  const chosen = env['FAIRLEAD_IMAGE_BUILDER'] ?? ''
  if (isKnown(chosen)) return builders[chosen]
  if (chosen.includes('/')) return ofProgram(chosen)
  if (chosen !== '') {
    throw new Refusal(
      `FAIRLEAD_IMAGE_BUILDER is "${chosen}"; it must be docker, podman, buildah or the path of a program.`,
    )
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = Object.values(builders).find(({ name }) =>
    folders.some((folder) => isExecutable(join(folder, name))),
  )
  if (found !== undefined) return found
  throw new Refusal(
    'There is no docker, podman or buildah on PATH to build images with; install one, or name another by FAIRLEAD_IMAGE_BUILDER.',
  )
}

function likeDocker(name: string): Builder {
  return {
    name,
    build: (build) => [name, 'build', '--tag', build.reference, ...argumentsOf(build)],
    size: (reference) => [name, 'image', 'inspect', '--format', '{{.Size}}', reference],
  }
}

function ofProgram(path: string): Builder {
  return {
    name: basename(path),
    build: (build) => {
      const [context = '', ...rest] = argumentsOf(build).toReversed()
      return [path, 'build', build.reference, context, ...rest.toReversed()]
    },
    size: sizeByBuildah,
  }
}

/** The context is last. */
function argumentsOf({ target, context, version }: Build): string[] {
  const file = join(context, 'Dockerfile')
  return ['--file', file, '--target', target, '--build-arg', `VERSION=${version}`, context]
}

function sizeByBuildah(reference: string): Command {
  return ['buildah', 'images', '--format', '{{.Size}}', reference]
}

function isKnown(name: string): name is keyof typeof builders {
  return Object.hasOwn(builders, name)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
