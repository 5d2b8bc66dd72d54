export { createPeople } from './create-people.ts'
export { erasuresPart } from './erasures-part.ts'
export { moveInvitedPerson } from './move-invited-person.ts'
