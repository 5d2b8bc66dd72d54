export {
  VOTABLE_MEDIA_TYPE,
  type VotableCell,
  type VotableDatatype,
  type VotableDocument,
  type VotableField,
  type VotableInfo,
  type VotableResource,
  type VotableTable,
  votable,
  votableError,
  votableParam,
  votableText,
} from './votable.ts'
export {
  element,
  type XmlAttributes,
  type XmlElement,
  type XmlNode,
  xmlDocument,
  xmlFragment,
  xmlText,
} from './xml.ts'
