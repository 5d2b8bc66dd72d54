import type { DataSource } from 'typeorm'
import type { Organization } from './organizations.ts'

/** How operators name organisations on a command line. */
export interface OrganizationNames {
  /** The one whose datasets are for everyone; undefined before organisations are seeded. */
  operatorOrganization(): Promise<Organization | undefined>
  /** By slug, or else by display name in any case, which several may have. */
  organizationsNamed(name: string): Promise<readonly Organization[]>
}

interface OrganizationRow {
  readonly id: string
  readonly slug: string
  readonly display_name: string
}

const COLUMNS = 'id, slug, display_name'

/** Reads the identity module's table, which datasets refer to as their owners. */
export function createOrganizationNames(dataSource: DataSource): OrganizationNames {
  const select = async (condition: string, values: readonly string[]): Promise<Organization[]> => {
    const sql = `select ${COLUMNS} from organizations where ${condition} order by slug`
    const rows = await dataSource.query<OrganizationRow[]>(sql, [...values])
    return rows.map(({ id, slug, display_name: displayName }) => ({ id, slug, displayName }))
  }
  return {
    operatorOrganization: async () => (await select(`kind = 'OPERATOR'`, [])).at(0),
    async organizationsNamed(name) {
      const bySlug = await select('slug = $1', [name])
      return bySlug.length > 0 ? bySlug : await select('lower(display_name) = lower($1)', [name.trim()])
    },
  }
}
