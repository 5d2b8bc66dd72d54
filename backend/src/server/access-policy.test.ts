import { clone, create, createFileRegistry } from '@bufbuild/protobuf'
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { expect, test } from 'vitest'
import { AccessDeclarationError, accessPolicy } from './access-policy.ts'
import { readContracts } from './contracts.ts'

const contracts = readContracts()
const getJob = '/fairlead.jobs.v1.JobService/GetJob'
const all = new Set(['jobs.read'])

/** The registry of the real contracts after a change to the file of the jobs module. */
function changed(change: (jobs: FileDescriptorProto) => void) {
  const file = contracts.files.map((original) => clone(FileDescriptorProtoSchema, original))
  change(file.find(({ name }) => name === 'fairlead/jobs/v1/jobs.proto')!)
  return createFileRegistry(create(FileDescriptorSetSchema, { file }))
}

const request = (jobs: FileDescriptorProto) => jobs.messageType.find(({ name }) => name === 'GetJobRequest')!

test('a declared method has the policy of its contract', () => {
  expect(accessPolicy(contracts.registry, getJob, all)).toEqual({
    scope: 'ORGANIZATION',
    permission: 'jobs.read',
    resourceField: 'name',
    shared: true,
    devices: false,
  })
})

test.each([
  ['shared', 0x18, 'whose things cannot be shared'],
  ['for devices', 0x20, 'in which devices have nothing'],
])('a method outside of organisations that is declared %s is refused', (_what, tag, why) => {
  const registry = changed((jobs) => {
    const methods = jobs.service.find(({ name }) => name === 'JobService')!.method
    const options = methods.find(({ name }) => name === 'GetJob')!.options!
    methods.find(({ name }) => name === 'ListSharedJobs')!.options = options
    // permission jobs.read, scope SELF, and the field
    const access = Buffer.concat([
      Buffer.from([0x0a, 9]),
      Buffer.from('jobs.read'),
      Buffer.from([0x10, 2, tag, 1]),
    ])
    options.$unknown = [
      { no: 50701, wireType: 2, data: Buffer.concat([Buffer.from([access.length]), access]) },
    ]
  })
  expect(() => accessPolicy(registry, '/fairlead.jobs.v1.JobService/ListSharedJobs', all)).toThrow(
    `ListSharedJobs has scope SELF, ${why}`,
  )
})

test('an ORGANIZATION method whose request names no organisation is refused', () => {
  const registry = changed((jobs) => {
    request(jobs).field[0]!.name = 'job'
  })
  expect(() => accessPolicy(registry, getJob, all)).toThrow(AccessDeclarationError)
  expect(() => accessPolicy(registry, getJob, all)).toThrow(/GetJob.*either `name` or `parent`/)
})

test('an ORGANIZATION method whose request names two is refused', () => {
  const registry = changed((jobs) => {
    const { field } = request(jobs)
    field.push({
      ...clone(FileDescriptorProtoSchema, jobs).messageType.find(({ name }) => name === 'GetJobRequest')!
        .field[0]!,
      name: 'parent',
      jsonName: 'parent',
      number: 2,
    })
  })
  expect(() => accessPolicy(registry, getJob, all)).toThrow(/either `name` or `parent`/)
})

test('a permission that no role grants is refused, before it locks everyone out', () => {
  expect(() => accessPolicy(contracts.registry, getJob, new Set(['jobs.raed']))).toThrow(
    /jobs.read, which no role/,
  )
})

test('a method that is not in the contracts is refused', () => {
  expect(() => accessPolicy(contracts.registry, '/fairlead.jobs.v1.JobService/Absent', all)).toThrow(
    /not in the compiled/,
  )
})

test('devices call the methods of fixes, and no others', () => {
  const permissions = new Set(['locations.record'])
  const devices = (path: string) => accessPolicy(contracts.registry, path, permissions).devices
  expect(devices('/fairlead.locations.v1.FixService/RecordFixes')).toBe(true)
  expect(devices('/fairlead.locations.v1.FixService/StreamFixes')).toBe(true)
  expect(devices('/fairlead.locations.v1.FixImportService/CreateFixImport')).toBe(false)
})
