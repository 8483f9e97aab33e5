/* policywatchd: see policywatchd(8). */
#include "app.h"

int main(int argc, char **argv)
{
	return daemon_main(argc, argv);
}
