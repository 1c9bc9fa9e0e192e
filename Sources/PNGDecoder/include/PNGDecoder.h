#ifndef PNGDECODER_H
#define PNGDECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A PNG in memory on its way to 8-bit sRGB samples.
///
/// libpng leaves its functions with `longjmp` when a file is damaged, which Swift cannot live with;
/// here every jump lands before it gets there. libpng's simplified interface does not jump, but up
/// to version 1.6.50 it scrambles interlaced 16-bit files, or worse (CVE-2025-65018).
typedef struct png_decoder png_decoder;

/// Starts with the `count` bytes of a file, which must outlive the decoder; NULL without memory.
png_decoder *png_decoder_create(const uint8_t *bytes, size_t count);

void png_decoder_free(png_decoder *decoder);

/// Reads everything in front of the pixels; false when the file is damaged.
///
/// `channels` are 1 (grey), 2 (grey, alpha), 3 (red, green, blue) or 4 (red, green, blue, alpha).
bool png_decoder_read_header(
    png_decoder *decoder, uint32_t *height, uint32_t *width, int *channels);

/// Reads the pixels, after the header, and everything behind them; false when the file is damaged.
///
/// `samples` has room for height · width · channels bytes.
bool png_decoder_read_samples(png_decoder *decoder, uint8_t *samples);

/// What was wrong with the file, after one of the functions above returned false.
const char *png_decoder_message(const png_decoder *decoder);

#endif
