"""Pictures of what people make, and of the sky above it."""

from __future__ import annotations

from bots.demo.brush import INK, SIZE, Canvas, around
from bots.demo.things import apple, cloud, house, sailboat, stars, sun, waves, wheel, window

DAY = "#bfe3f2"
GRASS = "#8cc579"
WALL = "#f3e6d8"


def house_picture() -> Canvas:
    c = Canvas(DAY)
    cloud(c, 120, 100, 46)
    c.ground(350, GRASS)
    c.shape([(280, 350), (320, 350), (380, 450), (230, 450)], "#e7d3b1")
    house(c, 300, 352, 120)
    return c


def sailboat_picture() -> Canvas:
    c = Canvas(DAY)
    cloud(c, 470, 95, 42)
    waves(c, 310, "#4f9fca", "#8cc7e4")
    sailboat(c, 290, 320, 115)
    return c


def bicycle_picture() -> Canvas:
    c = Canvas("#e4f0e0")
    c.ground(365, "#cfd8cd")
    for x in (185, 425):
        c.ring(x, 295, 78, INK, width=9)
        for px, py in around(x, 295, 72, 10):
            c.line([(x, 295), (px, py)], "#9aa0ad", width=2)
    for points in (
        [(185, 295), (255, 190), (395, 190), (300, 295), (185, 295)],
        [(300, 295), (247, 168)],
        [(425, 295), (388, 150)],
    ):
        c.line(points, "#2e9c8f", width=11)
    c.line([(388, 150), (425, 140)], INK, width=10)
    c.oval(246, 162, 36, 11, INK)
    c.dot(300, 295, 17, INK)
    return c


def apple_picture() -> Canvas:
    c = Canvas(WALL)
    c.ground(345, "#c99468")
    c.oval(300, 352, 150, 22, "#b17f57")
    apple(c, 300, 245, 135)
    return c


def lighthouse_picture() -> Canvas:
    c = Canvas("#c9e4ef")
    waves(c, 330, "#4f9fca", "#8cc7e4")
    c.hill(300, 335, 190, "#8d8377")
    c.shape([(255, 360), (345, 360), (328, 130), (272, 130)], "#fffaf0")
    for top, left, right in ((170, 269, 331), (250, 263, 337), (325, 258, 342)):
        c.box(left, top, right, top + 34, "#d9483f")
    c.box(258, 118, 342, 132, INK)
    c.box(278, 80, 322, 120, "#fbd96a")
    c.shape([(268, 82), (332, 82), (300, 46)], "#d9483f")
    return c


def moon_picture() -> Canvas:
    c = Canvas("#27305a")
    c.dot(310, 215, 112, "#fbe7a1")
    c.dot(362, 185, 100, "#27305a")
    stars(c, ((110, 110, 18), (505, 95, 22), (90, 330, 14), (480, 330, 18), (230, 60, 12), (545, 240, 12)))
    c.hill(150, 400, 400, "#1d2444")
    return c


def bus_picture() -> Canvas:
    c = Canvas("#dcebf3")
    c.ground(360, "#8b909c")
    for x in (40, 240, 440):
        c.box(x, 405, x + 110, 415, "#f4f0df")
    c.box(80, 150, 520, 350, "#f0b429", round_=26)
    for x in (110, 200, 290):
        c.box(x, 180, x + 75, 245, "#a9dcf0", round_=8)
    c.box(385, 180, 440, 350, "#d99a17", round_=8)
    c.box(455, 180, 520, 255, "#a9dcf0", round_=8)
    c.box(80, 272, 385, 288, "#fff6dd")
    c.dot(508, 310, 10, "#fff6dd")
    wheel(c, 180, 352, 42)
    wheel(c, 420, 352, 42)
    return c


def cake_picture() -> Canvas:
    c = Canvas("#f6dfe6")
    c.ground(360, "#e3b9c6")
    c.oval(300, 370, 210, 30, "#ffffff")
    c.box(140, 265, 460, 370, "#c98a5b", round_=14)
    c.box(140, 265, 460, 300, "#fff1e6", round_=14)
    c.box(190, 170, 410, 268, "#e9a36f", round_=14)
    c.box(190, 170, 410, 205, "#fff1e6", round_=14)
    for x in (205, 250, 300, 350, 392):
        c.dot(x, 206, 16, "#fff1e6")
    for x, colour in ((245, "#5aa9d6"), (300, "#e56b8f"), (355, "#7ab86a")):
        c.box(x - 6, 112, x + 6, 172, colour, round_=4)
        c.oval(x, 96, 7, 14, "#f8b830")
    return c


def rain_picture() -> Canvas:
    c = Canvas("#b6c3d1")
    c.ground(400, "#7d9a7a")
    for row in range(4):
        for at in range(8):
            x, y = 150 + at * 44 - row * 12, 235 + row * 42
            c.line([(x, y), (x - 9, y + 24)], "#4f86b8", width=5)
    cloud(c, 295, 170, 125, "#f4f6f8")
    return c


def castle_picture() -> Canvas:
    c = Canvas("#e2e6f6")
    c.hill(300, 355, 520, GRASS)
    stone, dark = "#a7a4b5", "#8d8a9d"
    c.box(190, 215, 410, 380, stone)
    for x in (190, 238, 286, 334, 382):
        c.box(x, 195, x + 28, 220, stone)
    for x in (120, 400):
        c.box(x, 150, x + 80, 380, dark)
        c.shape([(x - 12, 150), (x + 92, 150), (x + 40, 62)], "#c2503f")
        c.box(x + 30, 190, x + 50, 225, INK, round_=10)
    c.box(265, 290, 335, 370, "#5f4636", round_=34)
    c.box(265, 335, 335, 382, "#5f4636")
    c.line([(440, 62), (440, 26)], INK, width=4)
    c.shape([(442, 26), (484, 37), (442, 48)], "#f0b429")
    return c


def balloon_picture() -> Canvas:
    c = Canvas(DAY)
    cloud(c, 110, 320, 42)
    cloud(c, 495, 120, 46)
    c.oval(300, 175, 125, 140, "#d9483f")
    c.oval(300, 175, 78, 140, "#f6e3c0")
    c.oval(300, 175, 30, 140, "#d9483f")
    for x in (-1, 1):
        c.line([(300 + x * 72, 290), (300 + x * 30, 365)], "#7c5a47", width=4)
    c.box(262, 362, 338, 418, "#a8754a", round_=8)
    c.box(262, 362, 338, 376, "#8a5d38", round_=6)
    return c


def ice_cream_picture() -> Canvas:
    c = Canvas("#dff3ee")
    c.shape([(225, 245), (375, 245), (300, 435)], "#dda15e")
    for offset in (-50, 0, 50):
        c.line([(300 + offset, 250), (300 + offset * 0.3 + 18, 345)], "#c4863f", width=4)
    c.dot(248, 205, 62, "#f7b7c8")
    c.dot(352, 205, 62, "#8a5f48")
    c.dot(300, 125, 64, "#fff3d6")
    c.box(212, 228, 388, 256, "#e8b06b", round_=12)
    c.dot(318, 62, 17, "#c2303f")
    return c


def boat_at_sunset_picture() -> Canvas:
    c = Canvas("#f7b267")
    c.box(0, 0, SIZE[0], 90, "#e8845c")
    c.box(0, 90, SIZE[0], 170, "#f29a60")
    sun(c, 330, 268, 118, rays=False)
    waves(c, 290, "#5b5f97", "#8a86b8")
    sailboat(c, 150, 305, 42)
    return c


def barn_picture() -> Canvas:
    """Who is asked about it later may think of the tractor or of the barn."""
    c = Canvas(DAY)
    c.ground(355, "#c9b36a")
    c.box(60, 190, 300, 360, "#b5413a")
    c.shape([(40, 195), (320, 195), (250, 110), (110, 110)], "#7d3a34")
    window(c, 152, 135, 46)
    c.box(135, 260, 225, 360, "#f6e3c0")
    c.line([(137, 262), (223, 358)], "#b5413a", width=7)
    c.line([(223, 262), (137, 358)], "#b5413a", width=7)
    c.box(340, 255, 530, 330, "#3f8f5a", round_=10)
    c.box(345, 180, 440, 262, "#a9dcf0", round_=6)
    c.box(335, 168, 450, 186, "#2f6b44", round_=6)
    c.box(500, 200, 514, 258, INK)
    wheel(c, 390, 345, 62)
    wheel(c, 508, 365, 40)
    return c
