import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProcessExecution } from '../../../adapters/execution/process/index.ts'
import { memoryByteSource, openImage, readPixels } from '../../../fits/index.ts'
import { jobServices } from '../../../job-services.ts'
import type { TaskRunnerConfiguration } from '../../../task-runner.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'
import { atOrigin, atPole, pixelValue, skyImage, tan, withoutCoordinates } from '../testing/sky-images.ts'
import type { PlanDataset } from './plan-context.ts'

const parameters = (...given: readonly [string, string][]) => given.map(([name, value]) => ({ name, value }))

describe('cutout and preview', () => {
  let fixture: ModuleFixture
  const datasets = new Map<string, PlanDataset>()
  const create = (service: string, ...given: readonly [string, string][]) =>
    fixture.handlers.createJob(
      { ...createRequest([]), service, parameters: parameters(...given) },
      fixture.alice,
    )
  const finished = async (service: string, ...given: readonly [string, string][]) => {
    const { name } = await create(service, ...given)
    const jobId = name.split('/').at(-1) ?? ''
    await fixture.ended(jobId)
    const job = await fixture.handlers.getJob({ name }, fixture.alice)
    expect(job.error).toBeUndefined()
    return job
  }
  const content = async (job: { name: string }, result: string) => {
    const [row] = await fixture.database.dataSource.query(
      `select object_key from job_results where job_id = $1 and name = $2`,
      [job.name.split('/').at(-1), result],
    )
    return buffer(await fixture.objects.get(row.object_key))
  }

  beforeAll(async () => {
    fixture = await moduleFixture({
      services: jobServices,
      datasets: { readable: async (_organization, id) => datasets.get(id) },
    })
    for (const [id, keywords] of Object.entries({
      tan,
      pole: atPole,
      origin: atOrigin,
      bare: withoutCoordinates,
    })) {
      datasets.set(id, await skyImage(fixture.folder, id, keywords))
    }
    datasets.set('gone', { ...datasets.get('tan')!, id: 'gone', unavailableReason: 'The file is not there.' })
    const execution = createProcessExecution({
      entry: new URL('../../../task-runner.ts', import.meta.url),
      configuration: {
        s3: undefined,
        objects: { kind: 'filesystem', folder: fixture.folder },
      } satisfies TaskRunnerConfiguration,
    })
    await fixture.worker({ services: jobServices, execution })
  })
  afterAll(() => fixture.end())

  it('cuts a circle out of an image: the pixels are the image’s, and so is what is said of them', async () => {
    const job = await finished('cutout', ['ID', 'tan'], ['CIRCLE', '10 20 0.1'])
    expect(
      job.results.map(({ fileName, mediaType, sourceId, stencil }) => [
        fileName,
        mediaType,
        sourceId,
        stencil,
      ]),
    ).toEqual([
      ['tan-circle-1.fits', 'application/fits', 'tan', 'CIRCLE 10 20 0.1'],
      ['tan-circle-1.png', 'image/png', 'tan', 'CIRCLE 10 20 0.1'],
    ])
    const bytes = await content(job, 'tan-circle-1.fits')
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(job.results[0]?.sha256)
    expect(BigInt(bytes.length)).toBe(job.results[0]?.sizeBytes)
    const image = await openImage(memoryByteSource(bytes))
    const { widthPx, heightPx, header } = image.hdu
    expect([widthPx, heightPx]).toEqual([20, 20])
    expect([header.number('CRPIX1'), header.number('CRPIX2')]).toEqual([10.5, 10.5])
    const pixels = await readPixels(image, { xMin: 1, xMax: 20, yMin: 1, yMax: 20 })
    expect([pixels[0], pixels.at(-1)]).toEqual([pixelValue(41, 41), pixelValue(60, 60)])
    const picture = await content(job, 'tan-circle-1.png')
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
  })

  it('keeps to its quote of bytes', async () => {
    const given = parameters(['ID', 'tan'], ['CIRCLE', '10 20 0.3'])
    const quote = await fixture.handlers.quoteJob(
      { parent: fixture.parent, service: 'cutout', parameters: given },
      fixture.alice,
    )
    const job = await finished('cutout', ['ID', 'tan'], ['CIRCLE', '10 20 0.3'])
    const total = job.results.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n)
    expect(total).toBeLessThanOrEqual(quote.sizeBytes)
    expect(quote.taskCount).toBe(1)
    expect(job.quote).toEqual(quote)
  })

  it('cuts several images by several stencils, with a result for each combination', async () => {
    const job = await finished(
      'cutout',
      ['ID', 'tan'],
      ['ID', 'origin'],
      ['CIRCLE', '10 20 0.1'],
      ['POLYGON', '359.9 -0.1 0.1 -0.1 0.1 0.1 359.9 0.1'],
      ['POS', 'RANGE 9.9 10.1 19.9 20.1'],
    )
    expect(job.taskCount).toBe(6)
    const made = job.results.map(({ fileName }) => fileName).filter((name) => !name.endsWith('.png'))
    expect(made).toEqual([
      'tan-circle-1.fits',
      'origin-circle-1.txt',
      'tan-polygon-2.txt',
      'origin-polygon-2.fits',
      'tan-range-3.fits',
      'origin-range-3.txt',
    ])
    expect((await content(job, 'origin-circle-1.txt')).toString()).toMatch(/^UsageError: /)
  })

  it.each([
    ['across the pole', 'pole', '0 90 0.1'],
    ['across the 0/360 edge', 'origin', '359.99 0 0.1'],
  ])('cuts a circle %s', async (_where, id, circle) => {
    const job = await finished('cutout', ['ID', id], ['CIRCLE', circle])
    const image = await openImage(memoryByteSource(await content(job, `${id}-circle-1.fits`)))
    expect(image.hdu.widthPx).toBeGreaterThanOrEqual(20)
    expect(image.hdu.widthPx).toBeLessThanOrEqual(22)
  })

  it('draws an image within the width asked for, and a region of it', async () => {
    const whole = await finished('preview', ['ID', 'bare'], ['WIDTH', '50'], ['COLORMAP', 'viridis'])
    const picture = await content(whole, 'bare.png')
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([50, 50])
    const region = await finished('preview', ['ID', 'tan'], ['CIRCLE', '10 20 0.1'], ['STRETCH', 'log'])
    const part = await content(region, 'tan-circle-1.png')
    expect([part.readUInt32BE(16), part.readUInt32BE(20)]).toEqual([20, 20])
  })

  it('collects one table of several images, also when one of them failed', async () => {
    datasets.set('moved', {
      ...datasets.get('tan')!,
      id: 'moved',
      location: { ...(datasets.get('tan')!.location as object), version: '1' },
    })
    const job = await finished('statistics', ['ID', 'tan'], ['ID', 'bare'])
    expect(job.results.map(({ fileName, mediaType, task }) => [fileName, mediaType, task])).toEqual([
      ['statistics.csv', 'text/csv', 2],
      ['statistics.vot', 'application/x-votable+xml', 2],
    ])
    const [, first, second] = (await content(job, 'statistics.csv')).toString().split('\r\n')
    const [lowest, highest] = [pixelValue(1, 1), pixelValue(100, 100)]
    expect(first).toMatch(new RegExp(`^tan,,10000,10000,${lowest},${highest},${(lowest + highest) / 2},`))
    expect(second).toMatch(/^bare,,10000,10000,/)
    const partly = await finished('statistics', ['ID', 'tan'], ['ID', 'moved'])
    expect(partly.tasksFailed).toBe(1)
    expect((await content(partly, 'statistics.csv')).toString()).toMatch(/\r\nmoved,,,,,,,,,,,"?The file/)
  })

  it.each([
    [
      'an unknown ID',
      [
        ['ID', 'nothing'],
        ['CIRCLE', '10 20 0.1'],
      ],
      'NOT_FOUND',
      'parameters[0]',
      /no dataset nothing/,
    ],
    [
      'an ID whose file is away',
      [
        ['ID', 'gone'],
        ['CIRCLE', '10 20 0.1'],
      ],
      'FAILED_PRECONDITION',
      'parameters[0]',
      /not there/,
    ],
    ['no region', [['ID', 'tan']], 'INVALID_ARGUMENT', 'parameters', /a region or a band is required/],
    [
      'a region off the image',
      [
        ['ID', 'tan'],
        ['CIRCLE', '50 20 0.1'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /no pixel/,
    ],
    [
      'radius 0',
      [
        ['ID', 'tan'],
        ['CIRCLE', '10 20 0'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /radius/i,
    ],
    [
      'a negative radius',
      [
        ['ID', 'tan'],
        ['CIRCLE', '10 20 -1'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /radius/i,
    ],
    [
      'radius NaN',
      [
        ['ID', 'tan'],
        ['CIRCLE', '10 20 NaN'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /NaN/,
    ],
    [
      'a polygon with two points',
      [
        ['ID', 'tan'],
        ['POLYGON', '10 20 11 21'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /2 corners/,
    ],
    [
      'a self-crossing polygon',
      [
        ['ID', 'tan'],
        ['POLYGON', '9.8 19.8 10.2 20.2 10.2 19.8 9.8 20.2'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /cross/i,
    ],
    [
      'an image without coordinates',
      [
        ['ID', 'bare'],
        ['CIRCLE', '10 20 0.1'],
      ],
      'INVALID_ARGUMENT',
      'parameters[0]',
      /cannot be cut/,
    ],
    [
      'a declination beyond the pole',
      [
        ['ID', 'tan'],
        ['CIRCLE', '10 91 0.1'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /./,
    ],
    [
      'POS without a shape',
      [
        ['ID', 'tan'],
        ['POS', '10 20 0.1'],
      ],
      'INVALID_ARGUMENT',
      'parameters[1]',
      /POS begins/,
    ],
  ] as const)(
    'refuses %s at submit and at the quote, by its field',
    async (_what, given, code, field, text) => {
      const pairs = given as unknown as readonly [string, string][]
      const expected = {
        code,
        message: expect.stringMatching(/^(UsageError|ServiceUnavailable): /),
        violations: [{ field, description: expect.stringMatching(text) }],
      }
      await expect(create('cutout', ...pairs)).rejects.toMatchObject(expected)
      const asked = { parent: fixture.parent, service: 'cutout', parameters: parameters(...pairs) }
      await expect(fixture.handlers.quoteJob(asked, fixture.alice)).rejects.toMatchObject(expected)
    },
  )

  const outline = (corners: number) =>
    Array.from({ length: corners }, (_, i) => {
      const angle = (2 * Math.PI * i) / corners
      return `${10 + 0.1 * Math.cos(angle)} ${20 + 0.1 * Math.sin(angle)}`
    }).join(' ')

  it('refuses more corners than a job may have, in all its polygons together, before it parses one', async () => {
    const polygon = outline(700)
    const given: [string, string][] = [
      ['ID', 'tan'],
      ['POLYGON', 'not a number'],
      ['POLYGON', polygon],
      ['POLYGON', polygon],
      ['POS', `POLYGON ${polygon}`],
    ]
    await expect(create('cutout', ...given)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'parameters[4]', description: expect.stringMatching(/2000 corners together/) }],
    })
    await expect(create('preview', ...given)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('lets polygons have fewer corners the more images they are to cut', async () => {
    const ids = Array.from({ length: 40 }, (_, i): [string, string] => ['ID', `unknown-${i}`])
    await expect(create('cutout', ...ids, ['POLYGON', outline(600)])).rejects.toMatchObject({
      violations: [{ field: 'parameters[40]', description: expect.stringMatching(/500 corners together/) }],
    })
  })

  it('refuses an ID that is given twice', async () => {
    await expect(create('preview', ['ID', 'tan'], ['ID', 'tan'])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'parameters[1]' }],
    })
  })

  it('lets others have the thread while it plans, and stops when the caller is gone', async () => {
    const caller = new AbortController()
    const circles = Array.from({ length: 500 }, (_, i): [string, string] => ['CIRCLE', `10 20 0.${100 + i}`])
    const asked = {
      parent: fixture.parent,
      service: 'cutout',
      parameters: parameters(['ID', 'tan'], ...circles),
    }
    const context = fixture.context(fixture.ownerId, ['jobs.read'], caller.signal)
    const quote = fixture.handlers.quoteJob(asked, context)
    setImmediate(() => caller.abort(new Error('the caller is gone')))
    await expect(quote).rejects.toThrow('the caller is gone')
  })

  it.each([
    ['WIDTH', '10'],
    ['WIDTH', '0x40'],
    ['WIDTH', '100.5'],
    ['WIDTH', 'wide'],
    ['STRETCH', 'flat'],
    ['COLORMAP', 'rainbows'],
    ['CUT_LOW', '99.9'],
    ['PLANE', '2'],
  ])('refuses a preview with %s %s', async (name, value) => {
    await expect(create('preview', ['ID', 'tan'], [name, value])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'parameters[1]' }],
    })
  })

  it('fails a task whose file changed since it was registered, with the way out', async () => {
    datasets.set('changed', {
      ...datasets.get('tan')!,
      id: 'changed',
      location: { ...(datasets.get('tan')!.location as object), version: '1' },
    })
    const { name } = await create('preview', ['ID', 'changed'])
    const jobId = name.split('/').at(-1) ?? ''
    await fixture.ended(jobId)
    const job = await fixture.handlers.getJob({ name }, fixture.alice)
    expect(job).toMatchObject({ phase: 'PHASE_ERROR', error: { reason: 'DATASET_UNAVAILABLE' } })
  })

  it('lists the services with what their forms need', async () => {
    const { services } = await fixture.handlers.listServices({ parent: fixture.parent }, fixture.alice)
    expect(services.map(({ id }) => id)).toEqual([
      'cutout',
      'preview',
      'statistics',
      'connections',
      'workflow',
    ])
    const stretch = services[1]?.parameters.find(({ name }) => name === 'STRETCH')
    expect(stretch).toMatchObject({
      kind: 'PARAMETER_KIND_ENUM',
      values: ['linear', 'sqrt', 'log', 'asinh'],
      defaultValue: 'asinh',
    })
  })
})
