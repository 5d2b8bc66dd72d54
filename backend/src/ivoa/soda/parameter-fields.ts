import type { JobService } from '../../modules/jobs/index.ts'
import type { VotableField } from '../../votable/index.ts'

type ParameterSchema = JobService['parameters'][number]

/** A service's parameter as VOTable and VODataService describe it. */
export function parameterField(schema: ParameterSchema): VotableField {
  const { name, description, kind, unit, ucd } = schema
  const common = { name, description, ...(ucd === undefined ? {} : { ucd }) }
  const measured = { ...common, datatype: 'double' as const, ...(unit === undefined ? {} : { unit }) }
  switch (kind) {
    case 'CIRCLE':
      return { ...measured, arraysize: '3', xtype: 'circle' }
    case 'POLYGON':
      return { ...measured, arraysize: '*', xtype: 'polygon' }
    case 'INTERVAL':
      return { ...measured, arraysize: '2', xtype: 'interval' }
    case 'NUMBER':
      return measured
    case 'STRING':
    case 'ENUM':
    case 'DATASET':
    // DALI's timestamps have no offset, and these must have one.
    case 'TIME':
    // Its numbers have units, but it is text (SODA 1.0, section 3.3.2).
    case 'POSITION':
      return { ...common, datatype: 'char', arraysize: '*' }
    default: {
      const never: never = kind
      throw new Error(`a parameter of unknown kind ${String(never)}`)
    }
  }
}
