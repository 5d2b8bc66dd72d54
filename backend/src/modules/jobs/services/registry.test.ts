import { describe, expect, it } from 'vitest'
import { jobServices } from '../../../job-services.ts'
import { checkParameters } from './parameters.ts'

describe('every registered service', () => {
  it('has an id of its own', () => {
    const ids = jobServices.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]{0,62}$/)
  })

  const parameters = jobServices.flatMap((service) =>
    service.parameters.map((parameter) => [service.id, parameter.name, parameter] as const),
  )

  it.each(parameters)(
    '%s describes %s so that forms and protocols can show it',
    (_service, name, parameter) => {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]{0,63}$/)
      expect(parameter.description).toMatch(/\.$/)
      expect(parameter.values?.length ?? 0).toBeGreaterThanOrEqual(parameter.kind === 'ENUM' ? 2 : 0)
      expect((parameter.minimum ?? -Infinity) < (parameter.maximum ?? Infinity)).toBe(true)
      if (parameter.maxCount !== undefined) expect(parameter.repeated).toBe(true)
    },
  )

  it.each(parameters.filter(([, , { defaultValue }]) => defaultValue !== undefined))(
    '%s has a default for %s that it would take',
    (_service, name, parameter) => {
      const value = parameter.defaultValue ?? ''
      expect(checkParameters([parameter], [{ name, value }]).one(name)?.value).toBe(value)
    },
  )

  it.each(jobServices.map((service) => [service.id, service] as const))(
    '%s names each parameter once',
    (_id, service) => {
      const names = service.parameters.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
    },
  )

  it.each(jobServices.map((service) => [service.id, service] as const))(
    '%s loads its code, within limits',
    async (_id, service) => {
      if (service.loadRun !== undefined) expect(await service.loadRun()).toBeTypeOf('function')
      if (service.loadCollect !== undefined) expect(await service.loadCollect()).toBeTypeOf('function')
      const { executionDurationMs, maxExecutionDurationMs, maxAttempts } = service.limits
      expect(executionDurationMs).toBeLessThanOrEqual(maxExecutionDurationMs)
      expect(maxExecutionDurationMs).toBeLessThanOrEqual(86_400_000)
      expect(maxAttempts).toBeGreaterThan(0)
    },
  )
})
