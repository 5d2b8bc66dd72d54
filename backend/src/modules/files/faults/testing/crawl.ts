import { FileServiceService } from '@fairlead/proto/server/fairlead/files/v1/files'
import { QuarantineServiceService } from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import type { FaultSystem } from './fault-system.ts'

export interface CrawledFile {
  /** "organizations/{organization}/files/{uuid}" */
  readonly name: string
  readonly versions: number
}

export interface CrawlPlan {
  readonly files: readonly CrawledFile[]
  /** Signed addresses that anyone was ever given: of parts and of content. */
  readonly urls: readonly string[]
  /** Bytes that nobody may ever be sent. */
  readonly forbidden: readonly Buffer[]
  /** Bytes that somebody must be sent: otherwise the crawler sees nothing at all. */
  readonly expected: readonly Buffer[]
}

export interface CrawlReport {
  readonly requests: number
  readonly answersWithContent: number
  /** Who was sent forbidden bytes, and where from. */
  readonly leaks: readonly string[]
  /** Of `expected`, those that nobody was sent. */
  readonly unseen: number
}

/** Requests that wait for each other at a time. */
const AT_ONCE = 24
const TEXT = /(?:https?:\/\/[^\s"\\]+|\/objects\/[^\s"\\]+)/g

/**
 * Every kind of token asks every method that answers content or its address for every file and version, and every
 * address that is known or can be made of known ones, with and without a range.
 */
export async function crawl(system: FaultSystem, plan: CrawlPlan): Promise<CrawlReport> {
  const leaks: string[] = []
  const seen = new Set<Buffer>()
  let requests = 0
  let answersWithContent = 0
  const look = (who: string, where: string, answer: Buffer | undefined) => {
    requests += 1
    if (answer === undefined || answer.length === 0) return
    answersWithContent += 1
    if (plan.forbidden.some((bytes) => answer.includes(bytes))) leaks.push(`${who}: ${where}`)
    for (const bytes of plan.expected) if (answer.includes(bytes)) seen.add(bytes)
  }

  const found = new Set(plan.urls)
  const calls: (() => Promise<void>)[] = []
  for (const [who, token] of system.tokens) {
    for (const { name, versions } of plan.files) {
      for (let version = 0; version <= versions; version += 1) {
        for (const method of [FileServiceService.createDownloadUrl, FileServiceService.getFilePreview]) {
          calls.push(async () => {
            const answer = await system.raw(method, { name, version }, token)
            look(who, `${method.path} ${name} ${version}`, answer)
            for (const url of answer?.toString('latin1').match(TEXT) ?? []) found.add(clean(url))
          })
        }
      }
      for (const [method, request] of [
        [FileServiceService.getFile, { name }],
        [FileServiceService.listFileVersions, { parent: name, pageSize: 0, pageToken: '' }],
        [FileServiceService.listFileEvents, { parent: name, pageSize: 0, pageToken: '' }],
        [FileServiceService.resumeUpload, { name, parts: [1] }],
      ] as const) {
        calls.push(async () => {
          const answer = await system.raw(method, request, token)
          look(who, `${method.path} ${name}`, answer)
          for (const url of answer?.toString('latin1').match(TEXT) ?? []) found.add(clean(url))
        })
      }
    }
    calls.push(async () => {
      const request = { pageSize: 0, pageToken: '', states: [], organization: '' }
      const answer = await system.raw(QuarantineServiceService.listQuarantine, request, token)
      look(who, 'ListQuarantine', answer)
    })
  }
  await inTurns(calls)

  const keys: string[] = []
  for (const prefix of ['quarantine/', 'clean/']) {
    for await (const { key } of system.store.uploads.list(prefix)) keys.push(key)
  }
  for (const url of [...found]) for (const edited of editedUrls(url, keys)) found.add(edited)
  for (const key of keys) found.add(system.bareUrl(key))
  const fetches: (() => Promise<void>)[] = []
  for (const url of found) {
    // An address is its own permission: who comes along with it makes no difference, which three of them show. A store
    // of its own takes a signature or a header, not both.
    for (const who of system.kind === 's3' ? ['nobody'] : ['nobody', 'alice', 'olivia']) {
      const bearer = system.tokens.get(who)
      for (const range of [undefined, 'bytes=0-']) {
        fetches.push(async () =>
          look(who, `GET ${url} ${range ?? ''}`, await fetched(system, url, bearer, range)),
        )
      }
    }
  }
  await inTurns(fetches)
  return { requests, answersWithContent, leaks, unseen: plan.expected.length - seen.size }
}

/** Text in a message may be followed by the tag of its next field. */
function clean(url: string): string {
  return url.replace(/[^\x21-\x7e].*$/, '')
}

/** The same signature on other keys, and addresses of parts read as addresses of content. */
function editedUrls(url: string, keys: readonly string[]): string[] {
  const edited: string[] = []
  const key = /(?:quarantine|clean)\/[0-9a-f-]{36}(?:\/content)?/.exec(url)?.[0]
  if (key !== undefined) {
    for (const other of keys) edited.push(url.replace(key, other))
    const [, id] = key.split('/')
    edited.push(url.replace(key, `clean/../quarantine/${id}/content`))
    edited.push(url.replace(key, `clean%2f..%2fquarantine%2f${id}%2fcontent`))
  }
  edited.push(url.replace(/[?&](?:expires|X-Amz-Expires)=\d+/, (part) => `${part}0`))
  return edited
}

async function fetched(
  system: FaultSystem,
  url: string,
  token: string | undefined,
  range: string | undefined,
): Promise<Buffer | undefined> {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(range === undefined ? {} : { range }),
  }
  const response = await fetch(system.absolute(url), { headers })
  return Buffer.from(await response.arrayBuffer())
}

async function inTurns(work: readonly (() => Promise<void>)[]): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < work.length) {
      const one = work[next]
      next += 1
      await one?.()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}
