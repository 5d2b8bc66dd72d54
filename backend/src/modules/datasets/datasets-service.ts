import type { DataSource } from 'typeorm'
import type { PageTokens } from '../../server/page-token.ts'
import { pageScope } from '../../server/page-token.ts'
import type { DatasetRecord } from './dataset.ts'
import { datasetNotFound } from './dataset-errors.ts'
import {
  type Cursor,
  type DatasetOrder,
  findPage,
  findReadable,
  type ListedDataset,
} from './dataset-store.ts'
import { footprintMeets, type SkyCircle } from './footprint.ts'
import { type ReadableDataset, readableDataset } from './readable-dataset.ts'

export interface DatasetSearch {
  /** 0 for the default. */
  readonly pageSize: number
  readonly pageToken: string
  readonly query: string
  readonly intersects: SkyCircle | undefined
  readonly order: DatasetOrder
  readonly descending: boolean
}

export interface DatasetPage {
  readonly datasets: readonly DatasetRecord[]
  /** Empty on the last page. */
  readonly nextPageToken: string
}

const DEFAULT_PAGE_SIZE = 50
const LIST_METHOD = 'fairlead.datasets.v1.DatasetService/ListDatasets'

export class DatasetsService {
  readonly #dataSource: DataSource
  readonly #pageTokens: PageTokens

  constructor(dependencies: { dataSource: DataSource; pageTokens: PageTokens }) {
    this.#dataSource = dependencies.dataSource
    this.#pageTokens = dependencies.pageTokens
  }

  /** Undefined when absent or another organisation's own. */
  readable(organizationId: string, datasetId: string): Promise<ReadableDataset | undefined> {
    return readableDataset(this.#dataSource, organizationId, datasetId)
  }

  /** Throws NOT_FOUND. Without the header it is quick: headers can be a megabyte. */
  async get(
    organizationId: string,
    datasetId: string,
    options: { withHeader: boolean } = { withHeader: true },
  ): Promise<DatasetRecord> {
    const record = await findReadable(this.#dataSource, organizationId, datasetId, options)
    if (record === undefined) throw datasetNotFound(datasetId)
    return record
  }

  async list(organizationId: string, search: DatasetSearch): Promise<DatasetPage> {
    const { pageToken, pageSize: asked, ...asQuery } = search
    const scope = pageScope(LIST_METHOD, { organizationId, ...asQuery })
    const pageSize = asked === 0 ? DEFAULT_PAGE_SIZE : asked
    const [sortKey, id] = this.#pageTokens.decode(scope, pageToken) ?? []
    const after = sortKey === undefined || id === undefined ? undefined : { sortKey, id }
    // One more than a page tells whether there is another.
    const found = await this.#find(organizationId, search, after, pageSize + 1)
    const datasets = found.slice(0, pageSize)
    const last = datasets.at(-1)
    const isLast = found.length <= pageSize || last === undefined
    return {
      datasets: datasets.map(({ record }) => record),
      nextPageToken: isLast ? '' : this.#pageTokens.encode(scope, [last.cursor.sortKey, last.cursor.id]),
    }
  }

  /** The database answers with candidates whose bounding circle meets the circle; the outline decides here. */
  async #find(
    organizationId: string,
    search: DatasetSearch,
    start: Cursor | undefined,
    wanted: number,
  ): Promise<ListedDataset[]> {
    const { intersects: circle, order, descending } = search
    const words = search.query.split(/\s+/).filter((word) => word !== '')
    const found: ListedDataset[] = []
    for (let after = start; ; ) {
      const limit = wanted - found.length
      const query = { organizationId, words, circle, order, descending, after, limit }
      const candidates = await findPage(this.#dataSource, query)
      found.push(...candidates.filter(({ record }) => circle === undefined || meets(record, circle)))
      after = candidates.at(-1)?.cursor
      if (candidates.length < limit || found.length >= wanted) return found
    }
  }
}

function meets({ content }: DatasetRecord, circle: SkyCircle): boolean {
  return content.coverage !== undefined && footprintMeets(content.coverage, circle)
}
