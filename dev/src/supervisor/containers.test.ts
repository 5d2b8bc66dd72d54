import { describe, expect, it } from 'vitest'
import { inRepository } from '../repository.ts'
import { containerVariables } from './containers.ts'

const kubeconfig = inRepository('package.json')

describe('npm start', () => {
  it('runs no containers unless it is given a cluster', () => {
    expect(containerVariables({ FAIRLEAD_KUBERNETES_NAMESPACE: 'jobs' }, 10_004)).toEqual({})
  })

  it('completes what it is given', () => {
    const given = { FAIRLEAD_KUBECONFIG: 'package.json', INIT_CWD: inRepository('.') }
    const variables = containerVariables({ ...given, FAIRLEAD_STAGING_ADDRESS: '10.0.0.1:10004' }, 10_004)
    expect(variables).toMatchObject({
      FAIRLEAD_KUBECONFIG: kubeconfig,
      FAIRLEAD_KUBERNETES_NAMESPACE: 'fairlead-jobs',
      FAIRLEAD_STAGING_ADDRESS: '10.0.0.1:10004',
      FAIRLEAD_STAGING_URL: 'http://10.0.0.1:10004',
    })
    expect(variables['FAIRLEAD_AGENT_IMAGE']).toMatch(/^fairlead-agent:\d+\.\d+\.\d+$/u)
  })

  it('leaves what it is given as it is', () => {
    const given = {
      FAIRLEAD_KUBECONFIG: kubeconfig,
      FAIRLEAD_KUBERNETES_NAMESPACE: 'mine',
      FAIRLEAD_AGENT_IMAGE: 'agent:1',
      FAIRLEAD_STAGING_ADDRESS: '0.0.0.0:1',
      FAIRLEAD_STAGING_URL: 'http://host:1',
    }
    expect(containerVariables(given, 10_004)).toEqual(given)
  })

  it('says that the file is not there', () => {
    expect(() => containerVariables({ FAIRLEAD_KUBECONFIG: '/nowhere/config' }, 1)).toThrow(
      'FAIRLEAD_KUBECONFIG names /nowhere/config, which does not exist',
    )
  })
})
