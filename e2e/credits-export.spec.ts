import { readFile } from 'node:fs/promises'
import { apiAs } from './support/api.ts'
import { expect, test } from './support/fairlead-test.ts'
import type { System } from './support/system.ts'

const organization = 'survey-institute'
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

async function download(system: System, username: string, path: string): Promise<Response> {
  return fetch(`${system.url}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${await system.token(username)}` },
  })
}

const recordsOf = (csv: string) => csv.trimEnd().split('\r\n')

test('the JSON interface gives a statement as the file itself', async ({ system }) => {
  const api = await apiAs(system, 'carol', organization)
  const path = `organizations/${organization}/creditStatement`
  const { lines = [] } = await api.get<{ lines?: readonly { readonly time: string }[] }>(
    `${path}?pageSize=500`,
  )
  expect(lines.length).toBeGreaterThan(0)

  const csv = await download(system, 'carol', `${path}:export?format=EXPORT_FORMAT_CSV`)
  expect(csv.status).toBe(200)
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(csv.headers.get('content-disposition')).toBe('attachment')
  const [titles, ...records] = recordsOf(await csv.text())
  expect(titles).toContain('Time (UTC),Kind,Class,')
  // Others may book while this runs.
  expect(records.length).toBeGreaterThanOrEqual(lines.length)
  expect(records[0]?.split(',')[0]).toBe(new Date(lines.at(-1)?.time ?? 0).toISOString())

  const workbook = await download(system, 'carol', `${path}:export?format=EXPORT_FORMAT_XLSX`)
  expect(workbook.headers.get('content-type')).toBe(xlsx)
  const bytes = Buffer.from(await workbook.arrayBuffer())
  expect(bytes.toString('latin1', 0, 4)).toBe('PK\u0003\u0004')
  expect(bytes.toString('latin1')).toContain('xl/worksheets/sheet1.xml')
})

test('a file is for those who may read what is in it', async ({ system }) => {
  const path = `organizations/${organization}/creditStatement:export`
  expect((await fetch(`${system.url}/api/v1/${path}?format=EXPORT_FORMAT_CSV`)).status).toBe(401)
  expect((await download(system, 'erin', `${path}?format=EXPORT_FORMAT_CSV`)).status).toBe(403)
  const refused = await download(system, 'carol', path)
  expect(refused.status).toBe(400)
  expect(JSON.stringify(await refused.json())).toContain('format')

  const period = 'startTime=2026-01-01T00:00:00Z&endTime=2027-01-01T00:00:00Z'
  const report = `complianceReports:export?format=EXPORT_FORMAT_CSV&${period}`
  expect((await download(system, 'carol', report)).status).toBe(403)
  const ofAll = await download(system, 'oscar', report)
  expect(ofAll.status).toBe(200)
  expect(await ofAll.text()).toMatch(/^Organisation,Name,From \(UTC\),Until \(UTC\),Class,Unit,Opening,/)
})

test('a page saves the same file', async ({ page, system, signIn }) => {
  await signIn('carol', `/o/${organization}/credits/statement`)
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /CSV/ }).click(),
  ])
  expect(saved.suggestedFilename()).toMatch(/[.]csv$/)
  const records = recordsOf(await readFile(await saved.path(), 'utf8'))
  const path = `organizations/${organization}/creditStatement:export?format=EXPORT_FORMAT_CSV`
  const direct = recordsOf(await (await download(system, 'carol', path)).text())
  expect(direct.slice(0, records.length)).toEqual(records)
})
