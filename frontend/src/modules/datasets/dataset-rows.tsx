import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { Link } from 'react-router'
import { formatBytes } from '../../ui/format-bytes'
import { datasetId } from './dataset-id'
import classes from './dataset-rows.module.css'
import { FootprintThumbnail } from './footprint-thumbnail'
import { formatAxes } from './format-axes'

/** Datasets in few words each, leading to their sky views. */
export function DatasetRows({ datasets, path }: { datasets: readonly Dataset[]; path: string }) {
  return (
    <ul className={classes.rows}>
      {datasets.map((dataset) => (
        <li key={dataset.name}>
          <Link
            to={`${path}/datasets/${encodeURIComponent(datasetId(dataset.name))}`}
            className={classes.row}
          >
            <FootprintThumbnail coverage={dataset.coverage} size={44} />
            <span className={classes.text}>
              <span className={classes.name}>{dataset.displayName || datasetId(dataset.name)}</span>
              <span className={classes.facts}>
                {formatAxes(dataset.axes)} px · {formatBytes(dataset.sizeBytes)}
                {dataset.coverage !== undefined &&
                  ` · ${dataset.coverage.projection} ${dataset.coverage.frame}`}
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
