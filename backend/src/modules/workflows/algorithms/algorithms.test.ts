import { ParameterSchema } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { AlgorithmSpec, AlgorithmState } from '@fairlead/proto/server/fairlead/workflows/v1/algorithms'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type PersonName,
  REGISTRY,
  registration,
  type WorkflowsFixture,
  workflowsFixture,
} from '../testing/workflows-fixture.ts'

let fixture: WorkflowsFixture
beforeAll(async () => {
  fixture = await workflowsFixture()
})
afterAll(() => fixture.end())
beforeEach(() => fixture.query('delete from algorithms'))

const parent = 'organizations/lab'
const image = `${REGISTRY}/image@sha256:${'a'.repeat(64)}`

const review = (name: string, decision: AlgorithmState, comment = '', by: PersonName = 'olga') =>
  fixture.algorithms.reviewAlgorithm({ name, decision, comment }, fixture.as(by))
const withdraw = (name: string, by: PersonName = 'alice') =>
  fixture.algorithms.withdrawAlgorithm({ name }, fixture.as(by))
const list = async (request: object = {}, by: PersonName = 'alice') =>
  fixture.algorithms.listAlgorithms(
    {
      parent: `organizations/${fixture.as(by).organization?.slug}`,
      pageSize: 0,
      pageToken: '',
      states: [],
      algorithmId: '',
      ...request,
    },
    fixture.as(by),
  )

describe('registering', () => {
  test('makes the next version, which waits for a decision and is told to those who decide', async () => {
    const first = await fixture.register('alice', 'measure', { displayName: 'Measure' })
    expect(first).toMatchObject({
      name: 'organizations/lab/algorithms/measure/versions/1',
      reference: 'measure@1',
      version: 1,
      state: 'ALGORITHM_STATE_PENDING',
      registrant: `users/${fixture.userIds.alice}`,
      registrantDisplayName: 'alice',
      organizationDisplayName: 'The lab',
      reviewTime: undefined,
    })
    expect(first.spec).toEqual(registration(parent, 'measure', { displayName: 'Measure' }).spec)
    expect(await fixture.register('bob', 'measure')).toMatchObject({ version: 2 })
    expect(await fixture.register('alice', 'other-one')).toMatchObject({ version: 1 })
    expect(await fixture.algorithms.getAlgorithm({ name: first.name }, fixture.as('bob'))).toEqual(first)
    const [event] = await fixture.query<{ routing_key: string; payload: object }>(
      `select routing_key, payload from outbox where routing_key like 'workflows.%' order by id limit 1`,
    )
    expect(event).toMatchObject({
      routing_key: `workflows.algorithm_registered.${fixture.organizations.lab}`,
      payload: { slug: 'measure', version: 1, display_name: 'Measure', registrant: fixture.userIds.alice },
    })
  })

  test('twenty at once makes twenty versions', async () => {
    const registered = await Promise.all(
      Array.from({ length: 20 }, () => fixture.register('alice', 'racing')),
    )
    expect(registered.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  test('again with the same request_id answers as before, also at once', async () => {
    const request = { ...registration(parent, 'measure'), requestId: v7() }
    const register = (changed: object = {}) =>
      fixture.algorithms.registerAlgorithm({ ...request, ...changed }, fixture.as('alice'))
    const answers = await Promise.all([register(), register(), register()])
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect(await register()).toEqual(answers[0])
    expect((await list({ algorithmId: 'measure' })).algorithms).toHaveLength(1)
    await expect(register({ algorithmId: 'another' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'REQUEST_ID_REUSED',
    })
  })

  test('with validate_only says what it would be, and registers nothing', async () => {
    const validateOnly = { ...registration(parent, 'measure'), validateOnly: true }
    expect(await fixture.algorithms.registerAlgorithm(validateOnly, fixture.as('alice'))).toMatchObject({
      version: 1,
      state: 'ALGORITHM_STATE_PENDING',
    })
    expect((await list()).algorithms).toEqual([])
    const wrong = { ...registration(parent, 'measure', { image: 'measure:latest' }), validateOnly: true }
    await expect(fixture.algorithms.registerAlgorithm(wrong, fixture.as('alice'))).rejects.toMatchObject({
      violations: [{ field: 'spec.image' }],
    })
  })

  test('takes a manifest, whose lines it names', async () => {
    const manifest = `kind: Algorithm\nname: from-yaml\ndisplayName: From YAML\nimage: ${image}\nenvironment: small\n`
    const register = (text: string) =>
      fixture.algorithms.registerAlgorithm(
        { ...registration(parent, ''), spec: undefined, manifest: text },
        fixture.as('alice'),
      )
    expect(await register(manifest)).toMatchObject({ reference: 'from-yaml@1' })
    await expect(register(manifest.replace('small', 'vast'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [
        {
          field: 'manifest',
          description: expect.stringMatching(/^line 5: environment: there is no environments\/vast/),
        },
      ],
    })
  })

  const schema = (parameter: object) => [
    { ...ParameterSchema.fromJSON({ kind: 'PARAMETER_KIND_STRING' }), ...parameter },
  ]
  test.each<[string, Partial<AlgorithmSpec>, string, RegExp]>([
    ['a tag', { image: `${REGISTRY}/image:1` }, 'spec.image', /tag "1".*digest/],
    [
      'a registry that is not allowed',
      { image: image.replace('demo', 'demo2') },
      'spec.image',
      /may come from registry/,
    ],
    ['an unknown environment', { environment: 'environments/vast' }, 'spec.environment', /there is no/],
    [
      'an unknown dataset',
      { datasets: ['*', 'ivo://gone'] },
      'spec.datasets[1]',
      /no dataset "ivo:\/\/gone"/,
    ],
    ['a star in the middle', { datasets: ['a*b'] }, 'spec.datasets[0]', /before its end/],
    ['a NUL', { command: ['a\0'] }, 'spec.command[0]', /control/],
    [
      'a name of a variable',
      { parameters: schema({ name: 'sigma' }) },
      'spec.parameters[0].name',
      /upper case/,
    ],
    ['a reserved name', { parameters: schema({ name: 'LD_PRELOAD' }) }, 'spec.parameters[0].name', /LD_/],
    ['another reserved name', { parameters: schema({ name: 'PATH' }) }, 'spec.parameters[0].name', /PATH/],
    [
      'a kind that is not for containers',
      { parameters: schema({ name: 'A', kind: 'PARAMETER_KIND_CIRCLE' }) },
      'spec.parameters[0].kind',
      /STRING, NUMBER/,
    ],
    [
      'a parameter twice',
      { parameters: [...schema({ name: 'A' }), ...schema({ name: 'A' })] },
      'spec.parameters[1].name',
      /twice/,
    ],
    [
      'a parameter of many values',
      { parameters: schema({ name: 'A', repeated: true }) },
      'spec.parameters[0].repeated',
      /one value/,
    ],
    ['bounds of a text', { parameters: schema({ name: 'A', minimum: 1 }) }, 'spec.parameters[0]', /NUMBER/],
    [
      'bounds the wrong way round',
      { parameters: schema({ name: 'A', kind: 'PARAMETER_KIND_NUMBER', minimum: 2, maximum: 1 }) },
      'spec.parameters[0].minimum',
      /above/,
    ],
    [
      'a default out of its bounds',
      { parameters: schema({ name: 'A', kind: 'PARAMETER_KIND_NUMBER', maximum: 1, defaultValue: '2' }) },
      'spec.parameters[0].default_value',
      /at most 1/,
    ],
    [
      'no values of an ENUM',
      { parameters: schema({ name: 'A', kind: 'PARAMETER_KIND_ENUM' }) },
      'spec.parameters[0].values',
      /1 to 100/,
    ],
    [
      'a default that is no value',
      { parameters: schema({ name: 'A', kind: 'PARAMETER_KIND_ENUM', values: ['a'], defaultValue: 'b' }) },
      'spec.parameters[0].default_value',
      /one of a/,
    ],
    [
      'a default that is no time',
      { parameters: schema({ name: 'A', kind: 'PARAMETER_KIND_TIME', defaultValue: 'now' }) },
      'spec.parameters[0].default_value',
      /date and time/,
    ],
    [
      'an input twice',
      { inputs: ['a', 'a'].map((name) => ({ name, description: '', optional: false, maxFiles: 0 })) },
      'spec.inputs[1].name',
      /twice/,
    ],
  ])('refuses %s, and names its field', async (_, spec, field, description) => {
    await expect(fixture.register('alice', 'wrong', spec)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'ALGORITHM_INVALID',
      violations: [{ field, description: expect.stringMatching(description) }],
    })
  })

  test('refuses a closed environment', async () => {
    await fixture.query(`update environments set open = false where id = 'large'`)
    await expect(
      fixture.register('alice', 'wrong', { environment: 'environments/large' }),
    ).rejects.toMatchObject({ violations: [{ field: 'spec.environment' }] })
    await fixture.query('update environments set open = true')
  })

  test('tells everything that is wrong at once', async () => {
    await expect(
      fixture.register('alice', 'wrong', { image: 'a:b', environment: 'environments/vast' }),
    ).rejects.toMatchObject({ violations: [{ field: 'spec.image' }, { field: 'spec.environment' }] })
  })

  test('is not possible where no registry is allowed', async () => {
    const closed = await workflowsFixture({ registries: [] })
    try {
      await expect(closed.register('alice', 'measure')).rejects.toMatchObject({
        code: 'FAILED_PRECONDITION',
        message: expect.stringContaining('FAIRLEAD_ALGORITHM_REGISTRIES'),
      })
    } finally {
      await closed.end()
    }
  })
})

describe('the operator', () => {
  test('approves, and whoever registered it is told', async () => {
    const { name } = await fixture.register('alice', 'measure')
    expect(await review(name, 'ALGORITHM_STATE_APPROVED', ' Fine. ')).toMatchObject({
      state: 'ALGORITHM_STATE_APPROVED',
      reference: 'lab/measure@1',
      reviewerDisplayName: 'olga',
      reviewComment: 'Fine.',
      reviewTime: expect.any(Date),
    })
    const [event] = await fixture.query<{ payload: object }>(
      `select payload from outbox where routing_key like 'workflows.algorithm_reviewed.%' order by id desc limit 1`,
    )
    expect(event?.payload).toMatchObject({
      registrant: fixture.userIds.alice,
      decision: 'APPROVED',
      comment: 'Fine.',
      reviewer: fixture.userIds.olga,
    })
  })

  test('says why when rejecting and when revoking', async () => {
    const { name } = await fixture.register('alice', 'measure')
    const needed = { code: 'INVALID_ARGUMENT', reason: 'COMMENT_NEEDED', violations: [{ field: 'comment' }] }
    await expect(review(name, 'ALGORITHM_STATE_REJECTED', ' ')).rejects.toMatchObject(needed)
    await review(name, 'ALGORITHM_STATE_APPROVED')
    await expect(review(name, 'ALGORITHM_STATE_REVOKED')).rejects.toMatchObject(needed)
    expect(await review(name, 'ALGORITHM_STATE_REVOKED', 'It leaks.')).toMatchObject({
      state: 'ALGORITHM_STATE_REVOKED',
    })
  })

  test('decides about no version of their own', async () => {
    const { name } = await fixture.register('olga', 'own')
    await expect(review(name, 'ALGORITHM_STATE_APPROVED')).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'REVIEWER_REGISTERED_IT',
    })
    expect(await review(name, 'ALGORITHM_STATE_APPROVED', '', 'otto')).toMatchObject({
      state: 'ALGORITHM_STATE_APPROVED',
    })
  })

  test('decides once: of twenty at the same time one is heard', async () => {
    const { name } = await fixture.register('alice', 'measure')
    const decisions = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? review(name, 'ALGORITHM_STATE_APPROVED')
          : review(name, 'ALGORITHM_STATE_REJECTED', 'No.', 'otto'),
      ),
    )
    expect(decisions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [{ events }] = (await fixture.query<{ events: number }>(
      `select count(*)::int as events from outbox
       where routing_key like 'workflows.algorithm_reviewed.%' and payload ->> 'algorithm' = (select id::text from algorithms)`,
    )) as [{ events: number }]
    expect(events).toBe(1)
  })

  test('finds no version that is not there', async () => {
    await expect(
      review('organizations/lab/algorithms/none/versions/1', 'ALGORITHM_STATE_APPROVED'),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the states', () => {
  const ways: Record<string, readonly AlgorithmState[]> = {
    PENDING: [],
    APPROVED: ['ALGORITHM_STATE_APPROVED'],
    REJECTED: ['ALGORITHM_STATE_REJECTED'],
    REVOKED: ['ALGORITHM_STATE_APPROVED', 'ALGORITHM_STATE_REVOKED'],
    WITHDRAWN: ['ALGORITHM_STATE_WITHDRAWN'],
  }
  const allowed: Record<string, readonly string[]> = {
    PENDING: ['APPROVED', 'REJECTED', 'WITHDRAWN'],
    APPROVED: ['REVOKED', 'WITHDRAWN'],
    REJECTED: ['WITHDRAWN'],
    REVOKED: ['WITHDRAWN'],
    WITHDRAWN: [],
  }
  const move = (name: string, to: AlgorithmState) =>
    to === 'ALGORITHM_STATE_WITHDRAWN' ? withdraw(name) : review(name, to, 'Because.')

  const cases = Object.keys(ways).flatMap((from) =>
    ['APPROVED', 'REJECTED', 'REVOKED', 'WITHDRAWN'].map((to) => [from, to] as const),
  )
  test.each(cases)('from %s to %s', async (from, to) => {
    const { name } = await fixture.register('alice', 'measure')
    for (const step of ways[from] ?? []) await move(name, step)
    const moved = move(name, `ALGORITHM_STATE_${to}` as AlgorithmState)
    if (allowed[from]?.includes(to)) expect((await moved).state).toBe(`ALGORITHM_STATE_${to}`)
    else {
      await expect(moved).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'ALGORITHM_STATE' })
      const { state } = await fixture.algorithms.getAlgorithm({ name }, fixture.as('alice'))
      expect(state).toBe(`ALGORITHM_STATE_${from}`)
    }
  })

  test('only who registered it or an administrator withdraws', async () => {
    const { name } = await fixture.register('alice', 'measure')
    await expect(withdraw(name, 'bob')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await withdraw(name, 'carol')).toMatchObject({ state: 'ALGORITHM_STATE_WITHDRAWN' })
  })
})

describe('lists', () => {
  const references = ({ algorithms }: { algorithms: readonly { reference: string }[] }) =>
    algorithms.map(({ reference }) => reference)

  test('show of each the latest, the latest approved, and what others approved for every one', async () => {
    await fixture.approved('alice', 'measure')
    await fixture.approved('alice', 'measure')
    await fixture.register('alice', 'measure')
    await fixture.approved('dave', 'shared', { forEveryOrganization: true })
    await fixture.register('dave', 'shared', { forEveryOrganization: true })
    await fixture.approved('dave', 'private')
    expect(references(await list())).toEqual(['other/shared@1', 'measure@3', 'measure@2'])
    expect(references(await list({ states: ['ALGORITHM_STATE_APPROVED'] }))).toEqual([
      'other/shared@1',
      'measure@2',
    ])
    expect(references(await list({ algorithmId: 'measure' }))).toEqual([
      'measure@3',
      'measure@2',
      'measure@1',
    ])
    expect(references(await list({}, 'dave'))).toEqual(['private@1', 'shared@2', 'shared@1'])
  })

  test('go on page by page, each once', async () => {
    for (let index = 0; index < 5; index++) await fixture.register('alice', `a${index}`)
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await list({ pageSize: 2, pageToken })
      seen.push(...references(page))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(['a4@1', 'a3@1', 'a2@1', 'a1@1', 'a0@1'])
    await expect(list({ pageToken: 'nonsense' })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' })
  })

  test('for the operator begin with what waits longest', async () => {
    await fixture.approved('alice', 'one')
    await fixture.register('alice', 'two')
    await fixture.approved('dave', 'three')
    await fixture.register('dave', 'four')
    const seen: string[] = []
    let pageToken = ''
    do {
      const request = { pageSize: 1, pageToken, states: [] }
      const page = await fixture.algorithms.listAlgorithmsToReview(request, fixture.as('olga'))
      seen.push(...references(page))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(['lab/two@1', 'other/four@1', 'other/three@1', 'lab/one@1'])
    const pending = { pageSize: 0, pageToken: '', states: ['ALGORITHM_STATE_PENDING' as const] }
    expect(references(await fixture.algorithms.listAlgorithmsToReview(pending, fixture.as('olga')))).toEqual([
      'lab/two@1',
      'other/four@1',
    ])
  })
})
