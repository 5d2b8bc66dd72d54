import { expect, test } from './cluster-test.ts'
import { Kubectl } from './harness/kubectl.ts'

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

// What a container of a member stands beside: Node, the agent's own files, and nothing to run anything else with.
const inspectAgent = `
const { existsSync, readdirSync, writeFileSync } = require('node:fs')
const refusal = (write) => { try { write(); return 'done' } catch (error) { return error.code } }
process.stdout.write(JSON.stringify({
  user: process.getuid() + ':' + process.getgid(),
  toApp: refusal(() => writeFileSync('/app/written', '')),
  npm: existsSync('/usr/local/lib/node_modules'),
  app: readdirSync('/app').filter((name) => !name.startsWith('.')),
  backend: readdirSync('/app/backend/src'),
  serviceAccount: existsSync('/var/run/secrets/kubernetes.io'),
}))
`

test('the image of the agent is admitted beside containers, and holds nothing but the agent', async ({
  installation,
}) => {
  const containers = new Kubectl(installation.containersNamespace)
  interface Settings {
    readonly data?: Readonly<Record<string, string>>
  }
  const settings = await installation.kubectl.list<Settings>('configmaps')
  const image = settings.map(({ data }) => data?.['FAIRLEAD_AGENT_IMAGE']).find((one) => one !== undefined)
  const name = 'inspected-agent'
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'agent',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '--eval', inspectAgent],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  }
  await containers.run(['delete', 'pod', name, '--ignore-not-found', '--wait'])
  await containers.run(['apply', '--filename', '-'], { input: JSON.stringify(pod) })
  const ended = ['wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s']
  await containers.run(ended, { timeoutMs: 70_000 })
  const answer = JSON.parse(await containers.run(['logs', name]))
  await containers.run(['delete', 'pod', name])
  expect(answer).toEqual({
    user: '65532:65532',
    toApp: 'EROFS',
    npm: false,
    app: ['backend', 'package.json'],
    backend: ['agent'],
    serviceAccount: false,
  })
})
