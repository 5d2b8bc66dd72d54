import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import openapi from '@apidevtools/swagger-parser'
import { apiAs, circleInside, type Job } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'

const run = promisify(execFile)
const organization = 'survey-institute'

test('every answer carries the security headers', async ({ system }) => {
  for (const path of ['/', '/config.json', '/api/v1/openapi.json', '/api/v1/users/me', '/nowhere.js']) {
    const { headers } = await fetch(system.url + path)
    const policy = headers.get('content-security-policy') ?? ''
    const scripts = policy.split(';').find((directive) => directive.trim().startsWith('script-src')) ?? ''
    expect(scripts, path).toContain("'self'")
    expect(scripts, path).not.toContain('unsafe')
    expect(policy, path).toContain('frame-ancestors')
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('server'), path).not.toBe('envoy')
  }
})

test('the JSON form answers as the gRPC form does, and refuses without a token', async ({ system }) => {
  const api = await apiAs(system, 'alice', organization)
  const caller = await api.get<{ user: { email: string } }>('users/me')
  expect(caller.user.email).toBe('alice@example.org')
  const refused = await fetch(`${system.url}/api/v1/users/me`)
  expect(refused.status).toBe(401)
})

test('the OpenAPI document is valid and a page shows it', async ({ page, system, signIn }) => {
  const document = await (await fetch(`${system.url}/api/v1/openapi.json`)).json()
  await openapi.validate(document as Parameters<typeof openapi.validate>[0])
  await signIn('alice', '/api/docs')
  await expect(
    page.getByText('/api/v1/organizations/{organization}/jobs', { exact: true }).first(),
  ).toBeVisible()
})

test('a broken field is named, with its limit', async ({ system }) => {
  const api = await apiAs(system, 'alice', organization)
  await expect(api.get(`organizations/${organization}/jobs?pageSize=-1`)).rejects.toThrow(/400.*page_size/s)
  await expect(api.get('organizations/microwave-background/jobs')).rejects.toThrow(/403/)
  const circle = await circleInside(api, organization, 'survey-tile-1', 0.02)
  for (const [parameters, says] of [
    [
      [
        ['ID', 'absent'],
        ['CIRCLE', circle],
      ],
      /ID|absent/,
    ],
    [
      [
        ['ID', 'survey-tile-1'],
        ['CIRCLE', '10 10 -1'],
      ],
      /radius/i,
    ],
    [
      [
        ['ID', 'survey-tile-1'],
        ['CIRCLE', '10 NaN 1'],
      ],
      /CIRCLE/,
    ],
    [
      [
        ['ID', 'survey-tile-1'],
        ['POLYGON', '10 10 11 11'],
      ],
      /POLYGON|vert/i,
    ],
    [
      [
        ['ID', 'survey-tile-1'],
        ['CIRCLE', '200 -80 0.01'],
      ],
      /no pixel in common/,
    ],
  ] as const) {
    await expect(api.createJob(parameters)).rejects.toThrow(/40[04]/)
    await expect(api.createJob(parameters)).rejects.toThrow(says)
  }
})

test('a finished job cannot be cancelled, and says so', async ({ system }) => {
  const api = await apiAs(system, 'alice', organization)
  const circle = await circleInside(api, organization, 'survey-tile-1', 0.02)
  const job = await api.createJob([
    ['ID', 'survey-tile-1'],
    ['CIRCLE', circle],
  ])
  await expect.poll(async () => (await api.get<Job>(job.name)).phase).toBe('PHASE_COMPLETED')
  await expect(api.post(`${job.name}:cancel`, {})).rejects.toThrow(/JOB_ALREADY_ENDED/)
})

test('grpcurl lists, describes and calls the services through the front door', async ({ system }) => {
  const present = await run('grpcurl', ['--version']).then(
    () => true,
    () => false,
  )
  test.skip(!present, 'grpcurl is not on PATH')
  const address = new URL(system.url).host
  const { stdout: list } = await run('grpcurl', ['-plaintext', address, 'list'])
  for (const service of ['identity.v1.IdentityService', 'datasets.v1.DatasetService', 'jobs.v1.JobService']) {
    expect(list).toContain(`fairlead.${service}`)
  }
  const call = [address, 'fairlead.identity.v1.IdentityService/GetCaller']
  const authorization = `authorization: Bearer ${await system.token('alice')}`
  const { stdout } = await run('grpcurl', ['-plaintext', '-H', authorization, ...call])
  expect(stdout).toContain('alice@example.org')
  await expect(run('grpcurl', ['-plaintext', ...call])).rejects.toThrow(/Unauthenticated/)
})
