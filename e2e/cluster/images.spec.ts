import { expect, test } from './cluster-test.ts'

// Run in a container of a pod: what is there beside what the bill of materials lists.
const inspect = `
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const refusal = (write) => { try { write(); return 'done' } catch (error) { return error.code } }
const folders = (path) => readdirSync(path, { withFileTypes: true })
const packagesIn = (path) => !existsSync(path) ? [] : folders(path).flatMap(({ name }) =>
  name.startsWith('.') ? [] : name.startsWith('@') ? folders(join(path, name)).map((one) => join(path, name, one.name)) : [join(path, name)])
const installed = (path) => packagesIn(path).flatMap((folder) => {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return [name + '@' + version, ...(name.startsWith('@fairlead/') ? [] : installed(join(folder, 'node_modules')))]
})
const { components } = JSON.parse(readFileSync('/app/sbom.cdx.json', 'utf8'))
const listed = components.map(({ purl }) => decodeURIComponent(purl.replace(/^pkg:npm\\//, '').replace(/[?].*/, '')))
const found = [...new Set(installed('/app/node_modules'))]
process.stdout.write(JSON.stringify({
  user: process.getuid() + ':' + process.getgid(),
  first: readFileSync('/proc/1/cmdline', 'latin1').split('\\0')[0],
  toApp: refusal(() => writeFileSync('/app/written', '')),
  toTmp: refusal(() => writeFileSync('/tmp/written', '')),
  npm: existsSync('/usr/local/lib/node_modules'),
  unlisted: found.filter((one) => !listed.includes(one)),
  missing: listed.filter((one) => !found.includes(one)),
}))
`

for (const component of ['backend', 'worker', 'frontend']) {
  test(`the image of ${component} holds what it lists, and its process has no rights`, async ({
    installation,
  }) => {
    const answer = await installation.kubectl.run([
      'exec',
      `deployment/${component}`,
      '--',
      'node',
      '--eval',
      inspect,
    ])
    expect(JSON.parse(answer)).toEqual({
      user: '65532:65532',
      first: '/usr/bin/tini',
      toApp: 'EROFS',
      toTmp: 'done',
      npm: false,
      unlisted: [],
      missing: [],
    })
  })
}
