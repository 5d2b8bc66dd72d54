import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { DatasetFiles } from '../../ports/dataset-files.ts'
import type { Objects } from '../../ports/objects.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import type { FilesService } from '../files/index.ts'
import type { IdentityService } from '../identity/index.ts'
import { datasetsHandler } from './datasets-handler.ts'
import { DatasetsService } from './datasets-service.ts'
import { FileDatasets } from './file-datasets.ts'
import { ImageReader, type ImageReaderOptions } from './reading/index.ts'
import { TileService } from './tile-service.ts'

export interface DatasetsModuleDependencies extends ImageReaderOptions {
  readonly dataSource: DataSource
  readonly objects: Objects
  readonly files: DatasetFiles
  readonly pageTokens: PageTokens
  readonly identity: Pick<IdentityService, 'organizationById'>
  /** What organisations make datasets of. */
  readonly storedFiles: Pick<FilesService, 'released'>
  readonly log: Logger
}

export interface DatasetsModule {
  readonly services: RegisteredService[]
  readonly service: DatasetsService
  /** Closes the files that tiles were read from. */
  close(): Promise<void>
}

export function createDatasetsModule(dependencies: DatasetsModuleDependencies): DatasetsModule {
  const service = new DatasetsService(dependencies)
  const tiles = new TileService(dependencies)
  const fileDatasets = new FileDatasets({ ...dependencies, images: new ImageReader(dependencies) })
  return {
    services: [datasetsHandler({ service, tiles, fileDatasets, identity: dependencies.identity })],
    service,
    close: () => tiles.close(),
  }
}
