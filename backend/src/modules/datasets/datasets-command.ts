import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { DataSource } from 'typeorm'
import { type DatasetFiles, type DatasetLocation, DatasetUnavailable } from '../../ports/dataset-files.ts'
import type { IdentityService } from '../identity/index.ts'
import { looksLikeFits } from './dataset-id.ts'
import type { DatasetOwner, DatasetRegistrar, RegistrationOutcome } from './dataset-registrar.ts'
import { findAll } from './dataset-store.ts'
import { RegistrationError } from './registration-error.ts'
import { readableSize, textTable } from './text-table.ts'

export const DATASETS_USAGE = `Usage: npm run datasets -- COMMAND

  register PATH... [--id ID] [--name NAME] [--organization NAME] [--replace]
      Takes images into the list of datasets. PATH is a FITS file, a folder of them (searched at any depth)
      or an object store's s3://bucket/key or s3://bucket/prefix/. Files are read where they are, by backend
      and worker: do not move them afterwards.
      --id ID              what jobs call it; default: the file's name without .fits, .fit or .fts
      --name NAME          what people see; default: the identifier
      --organization NAME  only this organisation's members may read it (its slug or its name);
                           default: every member of every organisation
      --replace            put other content, or another owner, in the place of what the identifier names

  list
      Prints every dataset.

  remove ID...
      Forgets datasets. Their files stay where they are.
`

export interface DatasetsCommandDependencies {
  readonly dataSource: DataSource
  readonly registrar: DatasetRegistrar
  readonly files: DatasetFiles
  readonly identity: Pick<
    IdentityService,
    'operatorOrganization' | 'organizationBySlug' | 'organizationById' | 'organizationsByDisplayName'
  >
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Runs one command line; answers the exit code: 0, 1 when something failed, 2 for a wrong command line. */
export async function runDatasetsCommand(
  args: readonly string[],
  dependencies: DatasetsCommandDependencies,
): Promise<number> {
  const { out, err } = dependencies
  try {
    const line = parseLine(args)
    if (line.values.help === true || line.command === 'help') {
      out(DATASETS_USAGE)
      return 0
    }
    switch (line.command) {
      case 'register':
        return await register(line, dependencies)
      case 'list':
        return await list(line, dependencies)
      case 'remove':
        return await remove(line, dependencies)
      default:
        throw new UsageError(
          line.command === undefined ? 'Name a command.' : `There is no command ${line.command}.`,
        )
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    err(`${error.message}\n\n${DATASETS_USAGE}`)
    return 2
  }
}

class UsageError extends Error {
  override readonly name = 'UsageError'
}

const OPTIONS = {
  id: { type: 'string' },
  name: { type: 'string' },
  organization: { type: 'string' },
  replace: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

function parseLine(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    const [command, ...operands] = positionals
    return { values, command, operands }
  } catch (error) {
    // What parseArgs throws on a wrong line is meant for people.
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

type CommandLine = ReturnType<typeof parseLine>

async function register(line: CommandLine, dependencies: DatasetsCommandDependencies): Promise<number> {
  const { out, err, files } = dependencies
  if (line.operands.length === 0)
    throw new UsageError('Name a file, a folder or an s3:// address to register.')
  const owner = await ownerNamed(line.values.organization, dependencies)
  if (owner === undefined) return 1

  let failed = false
  const report = (address: string, error: unknown) => {
    if (!(error instanceof RegistrationError || error instanceof DatasetUnavailable)) throw error
    failed = true
    err(`${address}: ${error.message}\n`)
  }

  const found: DatasetLocation[] = []
  for (const operand of line.operands) {
    try {
      found.push(...(await imagesAt(operand, files)))
    } catch (error) {
      report(operand, error)
    }
  }
  if (found.length > 1 && (line.values.id !== undefined || line.values.name !== undefined)) {
    throw new UsageError(`--id and --name go with one file; there are ${found.length}.`)
  }

  const outcomes: RegistrationOutcome[] = []
  for (const { address } of found) {
    try {
      outcomes.push(await registerOne(address, owner, line, dependencies))
    } catch (error) {
      report(address, error)
    }
  }
  if (outcomes.length > 0) out(outcomeTable(outcomes))
  for (const { publicId, notes } of outcomes) for (const note of notes) err(`${publicId}: ${note}\n`)
  return failed ? 1 : 0
}

async function registerOne(
  address: string,
  owner: DatasetOwner,
  { values }: CommandLine,
  { registrar }: DatasetsCommandDependencies,
): Promise<RegistrationOutcome> {
  return await registrar.register({
    address,
    owner,
    // Said of one organisation or of all, it is meant; said of none, a file keeps whom it was registered for.
    keepOwner: values.organization === undefined && values.replace !== true,
    replace: values.replace === true ? 'always' : 'never',
    ...(values.id === undefined ? {} : { id: values.id }),
    ...(values.name === undefined ? {} : { displayName: values.name }),
  })
}

/** A file that is named is taken whatever it is called; of a folder only what looks like an image. */
async function imagesAt(operand: string, files: DatasetFiles): Promise<readonly DatasetLocation[]> {
  const address = operand.startsWith('s3://') ? operand : resolve(operand)
  const found = await files.find(address)
  if (found.length === 1 && found[0]?.address === address) return found
  const images = found.filter((file) => looksLikeFits(file.address))
  if (images.length > 0) return images
  throw new RegistrationError(
    'There is no FITS file (.fits, .fit or .fts) in this folder. Name the files or another folder.',
  )
}

/** Undefined, with a sentence printed, when there is no such organisation. */
async function ownerNamed(
  name: string | undefined,
  { identity, err }: DatasetsCommandDependencies,
): Promise<DatasetOwner | undefined> {
  if (name === undefined) {
    const operator = await identity.operatorOrganization()
    if (operator !== undefined) return { organizationId: operator.id, visibility: 'EVERYONE' }
    err(
      'There is no operator organisation yet. Start Fairlead once, or seed its organisations, then try again.\n',
    )
    return undefined
  }
  const bySlug = await identity.organizationBySlug(name)
  const found = bySlug === undefined ? await identity.organizationsByDisplayName(name) : [bySlug]
  const [organization, another] = found
  if (organization === undefined) {
    err(`There is no organisation "${name}". Name its slug or its name as members see it.\n`)
    return undefined
  }
  if (another !== undefined) {
    err(
      `${found.length} organisations are called "${name}". Name one by its slug: ${found.map(({ slug }) => slug).join(', ')}.\n`,
    )
    return undefined
  }
  return { organizationId: organization.id, visibility: 'ORGANIZATION' }
}

function outcomeTable(outcomes: readonly RegistrationOutcome[]): string {
  return textTable(
    ['ID', 'STATUS', 'SIZE', 'FILE'],
    outcomes.map(({ publicId, status, location }) => [
      publicId,
      status,
      readableSize(location.sizeBytes),
      location.address,
    ]),
  )
}

async function list(line: CommandLine, dependencies: DatasetsCommandDependencies): Promise<number> {
  const { dataSource, identity, out } = dependencies
  if (line.operands.length > 0) throw new UsageError('list takes nothing more.')
  const records = await findAll(dataSource)
  if (records.length === 0) {
    out('There is no dataset yet. Register one with: npm run datasets -- register PATH\n')
    return 0
  }
  const ids = [...new Set(records.map(({ organizationId }) => organizationId))]
  const owners = new Map(
    await Promise.all(ids.map(async (id) => [id, await identity.organizationById(id)] as const)),
  )
  const rows = records.map(
    ({ publicId, visibility, organizationId, content, location, unavailableReason }) => [
      publicId,
      visibility === 'EVERYONE' ? 'everyone' : (owners.get(organizationId)?.slug ?? organizationId),
      content.axes.join(' x '),
      readableSize(location.sizeBytes),
      unavailableReason === undefined ? 'available' : 'unavailable',
      location.address,
    ],
  )
  out(textTable(['ID', 'READABLE BY', 'PIXELS', 'SIZE', 'STATE', 'FILE'], rows))
  return 0
}

async function remove(
  line: CommandLine,
  { registrar, out, err }: DatasetsCommandDependencies,
): Promise<number> {
  if (line.operands.length === 0) throw new UsageError('Name the identifiers to remove.')
  let failed = false
  for (const id of line.operands) {
    if (await registrar.remove(id)) {
      out(`removed ${id}\n`)
    } else {
      failed = true
      err(`There is no dataset ${id}. "npm run datasets -- list" names those that there are.\n`)
    }
  }
  return failed ? 1 : 0
}
