import { element, type XmlElement, xmlDocument } from '../../votable/index.ts'

/** What a client may send to an interface (VODataService 1.1, InputParam). */
export interface InterfaceParameter {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly unit?: string
  readonly ucd?: string
  /** One of the few names that VODataService has for parameters (section 3.5.2, SimpleDataType). */
  readonly datatype: string
  readonly arraysize?: string
}

export interface Capability {
  /** "ivo://ivoa.net/std/..." */
  readonly standardId: string
  /** The first is the standard's; others are of our own making. */
  readonly interfaces: readonly CapabilityInterface[]
}

export interface CapabilityInterface {
  readonly url: string
  /**
   * "full" for an address to be used as it is; "base" for one with others below it, which a client needs to know
   * so as to send its credentials there too.
   */
  readonly use: 'full' | 'base'
  /** Whether a token is needed. */
  readonly secured: boolean
  readonly queryTypes: readonly ('GET' | 'POST')[]
  readonly resultType?: string
  readonly parameters?: readonly InterfaceParameter[]
}

/** Bearer tokens, be they an OpenID provider's or Fairlead's own (IVOA SSO 2.0, section 3). */
const BEARER_TOKEN = 'ivo://ivoa.net/sso#OAuth'

/** VOSI 1.1, section 2.1. */
export function capabilitiesDocument(capabilities: readonly Capability[]): string {
  return xmlDocument(
    element(
      'vosi:capabilities',
      {
        'xmlns:vosi': 'http://www.ivoa.net/xml/VOSICapabilities/v1.0',
        'xmlns:vs': 'http://www.ivoa.net/xml/VODataService/v1.1',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      },
      ...capabilities.map(capabilityElement),
    ),
  )
}

function capabilityElement({ standardId, interfaces }: Capability): XmlElement {
  const elements = interfaces.map((each, index) => interfaceElement(each, index === 0))
  return element('capability', { standardID: standardId }, ...elements)
}

function interfaceElement(described: CapabilityInterface, standard: boolean): XmlElement {
  const { url, use, secured, queryTypes, resultType, parameters = [] } = described
  const role = standard ? { role: 'std' } : {}
  return element(
    'interface',
    { 'xsi:type': 'vs:ParamHTTP', ...role, version: '1.0' },
    element('accessURL', { use }, url),
    secured ? element('securityMethod', { standardID: BEARER_TOKEN }) : undefined,
    ...queryTypes.map((type) => element('queryType', {}, type)),
    resultType === undefined ? undefined : element('resultType', {}, resultType),
    ...parameters.map(parameterElement),
  )
}

function parameterElement(parameter: InterfaceParameter): XmlElement {
  const { name, description, required, unit, ucd, datatype, arraysize } = parameter
  return element(
    'param',
    { std: true, use: required ? 'required' : 'optional' },
    element('name', {}, name),
    element('description', {}, description),
    unit === undefined ? undefined : element('unit', {}, unit),
    ucd === undefined ? undefined : element('ucd', {}, ucd),
    element('dataType', { arraysize }, datatype),
  )
}
