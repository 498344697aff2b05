// zlib: raw inflation and check sums.
#include <zlib.h>
