// libpng's simplified interface (1.6): no setjmp, so that Swift can call it.
#include <png.h>
