import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateXML } from 'xmllint-wasm'

/**
 * The schemas of IVOA standards, which are not part of the repository: a folder with UWS.xsd, xlink.xsd,
 * VOTable.xsd, VOSIAvailability-v1.0.xsd and VOSICapabilities-v1.0.xsd as ivoa.net publishes them.
 */
const folder =
  process.env['FAIRLEAD_STANDARDS'] ?? join(import.meta.dirname, '../../../../../shared/data/standards')

/** Why XML cannot be validated; undefined when it can. */
export const schemasMissing = existsSync(join(folder, 'UWS.xsd'))
  ? undefined
  : `the IVOA schemas are not in ${folder}; set FAIRLEAD_STANDARDS to their folder`

/** What is wrong with documents by a schema such as "UWS.xsd"; empty when nothing is. */
export async function schemaErrors(schema: string, documents: readonly string[]): Promise<string[]> {
  const read = (fileName: string) => ({ fileName, contents: readFileSync(join(folder, fileName), 'utf8') })
  const { errors } = await validateXML({
    xml: documents.map((contents, index) => ({ fileName: `document-${index}.xml`, contents })),
    schema: read(schema),
    preload: [read('xlink.xsd')],
    maxMemoryPages: 4096,
  })
  return errors.map(({ rawMessage, loc }) => {
    const index = Number(/document-(\d+)/.exec(loc?.fileName ?? rawMessage)?.[1])
    return `${rawMessage}\n${documents[index]?.slice(0, 2_000) ?? ''}`
  })
}
