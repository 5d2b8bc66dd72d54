import type { Appearance } from '@fairlead/backend/imaging'
import type { SpectralAxis } from '@fairlead/backend/spectral'
import type { Region } from '@fairlead/backend/wcs'
import type { Dataset } from '@fairlead/proto/web/fairlead/datasets/v1/datasets'
import { Alert, Stack } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { CurrentOrganization } from '../../app/organization'
import { formatFrequencyOf, formatWavelength } from '../jobs/spectral'
import { submitAddress } from '../jobs/submit-address'
import { DatasetFacts } from './dataset-facts'
import { datasetId } from './dataset-id'
import classes from './dataset-view.module.css'
import { HeaderCards } from './header-cards'
import { coordinatesOf } from './sky-view/coordinates-of'
import { CursorReadout } from './sky-view/cursor-readout'
import { DisplayPanel } from './sky-view/display-panel'
import { RegionPanel } from './sky-view/region-panel'
import { regionParameter } from './sky-view/region-parameter'
import { SkyToolbar } from './sky-view/sky-toolbar'
import { type CursorReading, SkyView, type SkyViewControls, type Tool } from './sky-view/sky-view'
import { useTileLoader } from './sky-view/use-tile-loader'
import { ZoomButtons } from './sky-view/zoom-buttons'
import { spectralAxisOf } from './spectral-axis-of'

export function DatasetView({
  dataset,
  organization,
}: {
  dataset: Dataset
  organization: CurrentOrganization
}) {
  const navigate = useNavigate()
  const controls = useRef<SkyViewControls>(null)
  const id = datasetId(dataset.name)
  const { pyramid } = dataset

  const statistics = {
    minimum: pyramid?.minimum ?? 0,
    percentile1: pyramid?.percentile1 ?? 0,
    percentile99: pyramid?.percentile99 ?? 1,
    maximum: pyramid?.maximum ?? 1,
  }
  const shape = useMemo(
    () => ({
      widthPx: Number(dataset.axes[0] ?? 1n),
      heightPx: Number(dataset.axes[1] ?? 1n),
      tileSizePx: pyramid?.tileSizePx || 256,
      levels: pyramid?.levels || 1,
    }),
    [dataset.axes, pyramid],
  )
  const coordinates = useMemo(() => coordinatesOf(dataset), [dataset])
  const spectral = useMemo(() => spectralAxisOf(dataset), [dataset])
  const [plane, setPlane] = useState(0)
  const loadTile = useTileLoader(dataset.name, plane)
  const [appearance, setAppearance] = useState<Appearance>({
    minimum: statistics.percentile1,
    maximum: statistics.percentile99,
    stretch: 'linear',
    colorMap: 'gray',
    reverse: false,
  })
  const [showGrid, setShowGrid] = useState(false)
  const [tool, setTool] = useState<Tool>('pan')
  const [region, setRegion] = useState<Region>()
  const [reading, setReading] = useState<CursorReading>()

  const cutOut = (chosen: Region) => {
    const parameters = [{ name: 'ID', value: id }, regionParameter(chosen)]
    navigate(submitAddress(organization.path, 'cutout', parameters))
  }

  return (
    <Stack gap="md">
      {coordinates.problem !== undefined && (
        <Alert color="yellow" icon={<IconInfoCircle aria-hidden />}>
          {coordinates.problem}
        </Alert>
      )}
      <div className={classes.layout}>
        <section className={classes.sky} aria-label="Image">
          {coordinates.wcs !== undefined && <SkyToolbar tool={tool} onTool={setTool} />}
          <div className={classes.canvas}>
            <SkyView
              label={`Sky view of ${dataset.displayName || id}`}
              shape={shape}
              wcs={coordinates.wcs}
              appearance={appearance}
              showGrid={showGrid}
              tool={tool}
              region={region}
              loadTile={loadTile}
              onRegion={setRegion}
              onToolDone={() => setTool('pan')}
              onCursor={setReading}
              controls={controls}
            />
            <ZoomButtons controls={controls} />
          </div>
          <CursorReadout reading={reading} unit={dataset.unit} />
        </section>
        <Stack gap="md" miw={0}>
          {coordinates.wcs !== undefined && (
            <RegionPanel
              region={region}
              wcs={coordinates.wcs}
              image={shape}
              mayCutOut={organization.may('jobs.submit')}
              onRegion={setRegion}
              onCutOut={cutOut}
            />
          )}
          <DisplayPanel
            appearance={appearance}
            statistics={statistics}
            unit={dataset.unit}
            hasCoordinates={coordinates.wcs !== undefined}
            showGrid={showGrid}
            planes={Number(dataset.axes[2] ?? 1n)}
            plane={plane}
            describePlane={(at) => describePlane(spectral, at)}
            onPlane={setPlane}
            onAppearance={setAppearance}
            onShowGrid={setShowGrid}
          />
          <DatasetFacts dataset={dataset} spectral={spectral} />
        </Stack>
      </div>
      <HeaderCards cards={dataset.header} />
    </Stack>
  )
}

/** Planes lie close together: digits enough to tell one from the next. */
const digits = 6

/** @param plane from 0 */
function describePlane(spectral: SpectralAxis | undefined, plane: number): string | undefined {
  const metres = spectral?.pixelToWavelength(plane + 1)
  if (metres === undefined || !(metres > 0) || !Number.isFinite(metres)) return undefined
  // Who observes at millimetres and longer thinks in frequencies.
  return metres < 1e-3 ? formatWavelength(metres, digits) : formatFrequencyOf(metres, digits)
}
