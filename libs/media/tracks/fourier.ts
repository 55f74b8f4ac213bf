import FFT from 'fft.js';

/** What we use of fft.js, whose own types say `any`. Complex numbers lie in pairs: real, imaginary. */
interface Transform {
  realTransform(out: Float64Array, samples: Float64Array): void;
  completeSpectrum(spectrum: Float64Array): void;
  inverseTransform(out: Float64Array, spectrum: Float64Array): void;
}

/** The Fourier transform of real signals of one length. */
export class Fourier {
  private readonly transform: Transform;

  /** @param size a power of two */
  constructor(readonly size: number) {
    this.transform = new FFT(size);
  }

  /**
   * The spectrum of a signal, complex, of frequencies 0 to half the sample rate; the other half mirrors it and is not filled in.
   * @param samples no longer than `size`; silence follows it
   */
  spectrum(samples: Float64Array, out = new Float64Array(2 * this.size)): Float64Array {
    let whole = samples;
    if (samples.length < this.size) {
      whole = new Float64Array(this.size);
      whole.set(samples);
    }
    this.transform.realTransform(out, whole);
    return out;
  }

  /** The signal of a spectrum as `spectrum` gives it, complex in pairs. The spectrum's second half is filled in. */
  signal(spectrum: Float64Array): Float64Array {
    const out = new Float64Array(2 * this.size);
    this.transform.completeSpectrum(spectrum);
    this.transform.inverseTransform(out, spectrum);
    return out;
  }
}

/** The power of two that is at least so large. */
export function powerOfTwoFrom(size: number): number {
  return 2 ** Math.ceil(Math.log2(size));
}
