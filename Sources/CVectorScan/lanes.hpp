// Sixteen lanes, one for each row of a panel. Included inside a namespace, once for each instruction set.
typedef int32_t Sums __attribute__((ext_vector_type(16)));
typedef float Floats __attribute__((ext_vector_type(16)));
typedef float LooseFloats __attribute__((ext_vector_type(16), aligned(4)));
