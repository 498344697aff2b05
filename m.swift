import Foundation
print(mallopt(-3, 33_554_432), mallopt(-1, 268_435_456))
