// What every x86-64 and arm64 has: 4 floats a register, 16 of them or more.
#define VECTOR_WIDTH 4
#define PANEL_VECTORS 2
#define TILE_ROWS 6
#define TABLE kernel_table_plain
#define INSTRUCTION_SET "plain"

#include "Templates/Table.h"
