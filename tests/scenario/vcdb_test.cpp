#include "tests/scenario/scene.h"
