export { personNotFound } from './consent-errors.ts'
export { coverage, coveredBy } from './coverage.ts'
export { personIdOf, personName, purposeName } from './location-names.ts'
export { type Purpose, purposeNamed, type Subject, subjectOf, subjectsOf } from './subjects.ts'
