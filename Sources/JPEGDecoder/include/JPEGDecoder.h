#ifndef JPEGDECODER_H
#define JPEGDECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A JPEG in memory on its way to 8-bit samples, perhaps reduced while it is decoded.
///
/// libjpeg leaves its functions with `longjmp` when a file is damaged, which Swift cannot live with;
/// here every jump lands before it gets there. Without the package's trait JPEG there is none: see
/// `jpeg_decoder_create`.
typedef struct jpeg_decoder jpeg_decoder;

/// Starts with the `count` bytes of a file, which must outlive the decoder; NULL without memory, or
/// without the trait JPEG.
jpeg_decoder *jpeg_decoder_create(const uint8_t *bytes, size_t count);

void jpeg_decoder_free(jpeg_decoder *decoder);

/// Reads everything in front of the pixels; false when the file is damaged.
bool jpeg_decoder_read_header(jpeg_decoder *decoder, uint32_t *height, uint32_t *width);

/// Prepares to decode at `eighths` (1 to 8) of the full size, after the header; false when the file is
/// of a kind that cannot be decoded.
///
/// `channels` are 1 (grey), 3 (red, green, blue) or 4 (cyan, magenta, yellow, black).
/// `is_inverted` says that 255 is no ink at all, as Adobe writes it.
bool jpeg_decoder_start(
    jpeg_decoder *decoder, int eighths, uint32_t *height, uint32_t *width, int *channels,
    bool *is_inverted);

/// Reads the pixels, after the start, and everything behind them; false when the file is damaged.
///
/// `samples` has room for height · width · channels bytes.
bool jpeg_decoder_read_samples(jpeg_decoder *decoder, uint8_t *samples);

/// What was wrong with the file, after one of the functions above returned false.
const char *jpeg_decoder_message(const jpeg_decoder *decoder);

#endif
